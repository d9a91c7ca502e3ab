# The two commands of a fresh clone are `make run` and `make test`; the logic of every target is in scripts/ and tests/.
SHELL := /bin/bash
DESTDIR ?=
PREFIX ?= /usr/local
INIT ?= sysvinit

.DEFAULT_GOAL := build
.PHONY: build run test check soak bench fmt install deb static clean deps-build deps-run deps-test deps-deb deps-fuzz deps-lint help

help:  ## list these targets
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 16

build: deps-run  ## build build/release/supervisord and build/release/ctl
	@scripts/build release supervisord ctl

run: build  ## run supervisord in the foreground on conf.d/, with all its files under ./run
	@scripts/run

test: deps-test deps-fuzz  ## every test once
	@tests/run

check: deps-test deps-fuzz deps-lint deps-deb  ## format, tidy, every test in both builds and on every level, two builds with the same bytes
	@scripts/lint
	@tests/run --all

soak: deps-test  ## the manager dies in every step of 40 simulated lives, and a thousand times under load: half an hour
	@tests/run --soak

bench: deps-test  ## measure against bare floors and write tests/bench/RESULTS.md
	@scripts/build release supervisord ctl
	@tests/bench/run

fmt: deps-lint  ## format every source file
	@scripts/lint --fix

install:  ## install what was built, to $(DESTDIR)$(PREFIX); INIT=sysvinit, openrc or none: whose script
	@DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" INIT="$(INIT)" scripts/install

deb: deps-deb  ## build a Debian package, build/deb/supervisord_VERSION_ARCHITECTURE.deb
	@scripts/build release supervisord ctl
	@scripts/deb

static: deps-build  ## build build/release/static/supervisord and ctl, which need no library
	@scripts/build release supervisord_static ctl_static

clean:  ## remove everything that was built
	rm -rf build

deps-run:
	@scripts/install-deps --build --run

deps-test:
	@scripts/install-deps --build --run --test

deps-build:
	@scripts/install-deps --build

deps-deb:
	@scripts/install-deps --build --deb

deps-fuzz:
	@scripts/install-deps --fuzz

deps-lint:
	@scripts/install-deps --lint
