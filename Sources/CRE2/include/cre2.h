// SPDX-License-Identifier: Apache-2.0
// A C face for RE2: compile once, match bytes, free. RE2's errors become text; nothing throws across.
#ifndef HOST_EXPORTER_CRE2_H
#define HOST_EXPORTER_CRE2_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled expression. Matching is safe from several threads at once.
typedef struct cre2_pattern cre2_pattern;

/// Compiles `length` bytes at `text`. On failure returns NULL and writes a NUL-terminated reason into `error`.
cre2_pattern *_Nullable cre2_compile(const char *_Nonnull text, size_t length, char *_Nonnull error,
                                     size_t error_size);

/// True where the expression matches somewhere in the bytes (unanchored, as Go's MatchString).
bool cre2_matches(const cre2_pattern *_Nonnull pattern, const char *_Nullable bytes, size_t length);

void cre2_free(cre2_pattern *_Nullable pattern);

#ifdef __cplusplus
}
#endif
#endif
