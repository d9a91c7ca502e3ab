# The two commands of a fresh clone are `make run` and `make test`; the logic of every target is in scripts/ and tests/.
SHELL := /bin/bash
DESTDIR ?=
PREFIX ?= /usr/local

.DEFAULT_GOAL := build
.PHONY: build run test check bench fmt install clean deps-run deps-test deps-fuzz deps-lint help

help:  ## list these targets
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 16

build: deps-run  ## build build/release/supervisord and build/release/ctl
	@scripts/build release supervisord ctl

run: build  ## run supervisord in the foreground on conf.d/, with all its files under ./run
	@scripts/run

test: deps-test deps-fuzz  ## every test but format and tidy
	@tests/run

check: deps-test deps-fuzz deps-lint  ## format, tidy, then every test
	@scripts/lint
	@tests/run

bench: deps-test  ## measure against bare floors and write tests/bench/RESULTS.md
	@scripts/build release supervisord ctl
	@tests/bench/run

fmt: deps-lint  ## format every source file
	@scripts/lint --fix

install:  ## install what was built, to $(DESTDIR)$(PREFIX)
	@DESTDIR="$(DESTDIR)" cmake --install build/release --prefix "$(PREFIX)"

clean:  ## remove everything that was built
	rm -rf build

deps-run:
	@scripts/install-deps --build --run

deps-test:
	@scripts/install-deps --build --run --test

deps-fuzz:
	@scripts/install-deps --fuzz

deps-lint:
	@scripts/install-deps --lint
