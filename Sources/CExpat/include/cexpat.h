// SPDX-License-Identifier: Apache-2.0
// libexpat, opened at run time: its headers are not needed to build, nor the library to start. What it finds in a document
// is kept as a list of tokens, so that nobody is called back.
#ifndef HOST_EXPORTER_CEXPAT_H
#define HOST_EXPORTER_CEXPAT_H

#include <stddef.h>
#include <stdint.h>

/// The loaded library.
typedef struct cexpat_library cexpat_library;
/// The tokens of a document.
typedef struct cexpat_document cexpat_document;

enum cexpat_kind { CEXPAT_START = 1, CEXPAT_END = 2, CEXPAT_TEXT = 3 };

/// The start or the end of an element, with its name, or text between tags.
struct cexpat_token {
    enum cexpat_kind kind;
    const char *_Nonnull text;
    size_t count;
};

/// Opens libexpat; NULL, with the linker's words in `reason`, where it is not there.
cexpat_library *_Nullable cexpat_open(char *_Nonnull reason, size_t room);

/// Lets go of the library.
void cexpat_close(cexpat_library *_Nonnull library);

/// Parses a document; NULL, with what is wrong and in which line, where it is none, defines entities, or is too large.
cexpat_document *_Nullable cexpat_parse(
    const cexpat_library *_Nonnull library, const char *_Nonnull bytes, size_t count, char *_Nonnull reason,
    size_t room);

/// Lets go of a document.
void cexpat_free(cexpat_document *_Nonnull document);

/// The number of tokens.
size_t cexpat_token_count(const cexpat_document *_Nonnull document);

/// A token, which must be there; its text is good as long as the document.
struct cexpat_token cexpat_token_at(const cexpat_document *_Nonnull document, size_t index);

#endif
