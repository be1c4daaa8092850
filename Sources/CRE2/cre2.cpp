// SPDX-License-Identifier: Apache-2.0
#include "cre2.h"

#include <cstdio>
#include <new>
#include <re2/re2.h>

struct cre2_pattern {
    RE2 expression;
    cre2_pattern(re2::StringPiece text, const RE2::Options &options) : expression(text, options) {}
};

cre2_pattern *cre2_compile(const char *text, size_t length, char *error, size_t error_size) {
    RE2::Options options;
    options.set_log_errors(false);
    auto *pattern = new (std::nothrow) cre2_pattern(re2::StringPiece(text, length), options);
    if (pattern == nullptr) {
        std::snprintf(error, error_size, "out of memory");
        return nullptr;
    }
    if (!pattern->expression.ok()) {
        std::snprintf(error, error_size, "%s", pattern->expression.error().c_str());
        delete pattern;
        return nullptr;
    }
    return pattern;
}

bool cre2_matches(const cre2_pattern *pattern, const char *bytes, size_t length) {
    return RE2::PartialMatch(re2::StringPiece(bytes, length), pattern->expression);
}

void cre2_free(cre2_pattern *pattern) { delete pattern; }
