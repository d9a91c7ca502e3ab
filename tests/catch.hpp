// Catch2, version 2 (Debian 12) or 3. It comes after all headers of the product, whose CHECK (base/check.hpp) its own
// replaces.
#pragma once
#undef CHECK
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
