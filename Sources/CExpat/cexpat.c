// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "cexpat.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// What a document may take in memory, many times what any daemon answers.
enum { MOST_BYTES = 32 << 20, MOST_TOKENS = 4 << 20 };

typedef void *parser;
typedef void (*start_handler)(void *, const char *, const char **);
typedef void (*end_handler)(void *, const char *);
typedef void (*text_handler)(void *, const char *, int);
typedef void (*doctype_handler)(void *, const char *, const char *, const char *, int);

/// All functions of the library that are used, none newer than 2005; members are named without `XML_`.
#define FUNCTIONS(f) \
    f(parser, ParserCreate, (const char *)) \
    f(void, ParserFree, (parser)) \
    f(void, SetUserData, (parser, void *)) \
    f(void, SetElementHandler, (parser, start_handler, end_handler)) \
    f(void, SetCharacterDataHandler, (parser, text_handler)) \
    f(void, SetStartDoctypeDeclHandler, (parser, doctype_handler)) \
    f(int, Parse, (parser, const char *, int, int)) \
    f(int, StopParser, (parser, unsigned char)) \
    f(int, GetErrorCode, (parser)) \
    f(const char *, ErrorString, (int)) \
    f(unsigned long, GetCurrentLineNumber, (parser))

struct cexpat_library {
    void *handle;
#define DECLARE(result, name, arguments) result(*name) arguments;
    FUNCTIONS(DECLARE)
#undef DECLARE
};

struct token {
    enum cexpat_kind kind;
    uint32_t offset;
    uint32_t count;
};

struct cexpat_document {
    struct token *tokens;
    size_t token_count, token_room;
    char *text;
    size_t text_count, text_room;
    /// For the time of parsing.
    const cexpat_library *library;
    parser parser;
    const char *failure;
};

/// Looks all functions up; the name of one that is missing, NULL for none.
static const char *look_up(cexpat_library *library) {
// The cast through a pointer to the member is what POSIX gives as the way to do it.
#define LOOK_UP(result, name, arguments) \
    *(void **)(&library->name) = dlsym(library->handle, "XML_" #name); \
    if (!library->name) return "XML_" #name;
    FUNCTIONS(LOOK_UP)
#undef LOOK_UP
    return NULL;
}

cexpat_library *cexpat_open(char *reason, size_t room) {
    void *handle = dlopen("libexpat.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        const char *why = dlerror();
        snprintf(reason, room, "%s", why ? why : "libexpat.so.1 cannot be opened");
        return NULL;
    }
    cexpat_library *library = calloc(1, sizeof *library);
    if (library) library->handle = handle;
    const char *missing = library ? look_up(library) : "memory";
    if (!missing) return library;
    snprintf(reason, room, "libexpat.so.1: no %s", missing);
    free(library);
    dlclose(handle);
    return NULL;
}

void cexpat_close(cexpat_library *library) {
    dlclose(library->handle);
    free(library);
}

static void fail(cexpat_document *document, const char *failure) {
    if (!document->failure) document->failure = failure;
    document->library->StopParser(document->parser, 0);
}

/// Makes room for more elements of a size; 0 where there is none.
static int grow(void **memory, size_t *room, size_t wanted, size_t size) {
    if (wanted <= *room) return 1;
    size_t larger = *room ? *room * 2 : 256;
    while (larger < wanted) larger *= 2;
    void *grown = realloc(*memory, larger * size);
    if (!grown) return 0;
    *memory = grown;
    *room = larger;
    return 1;
}

static void add(cexpat_document *document, enum cexpat_kind kind, const char *text, size_t count) {
    if (document->failure) return;
    struct token *last = document->token_count ? &document->tokens[document->token_count - 1] : NULL;
    // The library gives text in pieces, of which only the last one can grow.
    int continues = kind == CEXPAT_TEXT && last && last->kind == CEXPAT_TEXT;
    if (document->text_count + count > MOST_BYTES || document->token_count >= MOST_TOKENS
        || !grow((void **)&document->text, &document->text_room, document->text_count + count, 1)
        || !grow((void **)&document->tokens, &document->token_room, document->token_count + 1, sizeof *last)) {
        fail(document, "too large");
        return;
    }
    memcpy(document->text + document->text_count, text, count);
    if (continues) {
        document->tokens[document->token_count - 1].count += (uint32_t)count;
    } else {
        document->tokens[document->token_count++] =
            (struct token){.kind = kind, .offset = (uint32_t)document->text_count, .count = (uint32_t)count};
    }
    document->text_count += count;
}

static void start(void *document, const char *name, const char **attributes) {
    (void)attributes;
    add(document, CEXPAT_START, name, strlen(name));
}

static void end(void *document, const char *name) { add(document, CEXPAT_END, name, strlen(name)); }

static void text(void *document, const char *bytes, int count) {
    if (count > 0) add(document, CEXPAT_TEXT, bytes, (size_t)count);
}

static void doctype(void *document, const char *name, const char *system, const char *public, int has_subset) {
    (void)name, (void)system, (void)public, (void)has_subset;
    // Entities of its own are how a small document becomes a large one.
    fail(document, "a document type is not accepted");
}

cexpat_document *cexpat_parse(
    const cexpat_library *l, const char *bytes, size_t count, char *reason, size_t room) {
    if (count > MOST_BYTES) {
        snprintf(reason, room, "too large");
        return NULL;
    }
    cexpat_document *document = calloc(1, sizeof *document);
    parser parser = l->ParserCreate(NULL);
    if (!document || !parser) {
        snprintf(reason, room, "out of memory");
        free(document);
        if (parser) l->ParserFree(parser);
        return NULL;
    }
    document->library = l;
    document->parser = parser;
    l->SetUserData(parser, document);
    l->SetElementHandler(parser, start, end);
    l->SetCharacterDataHandler(parser, text);
    l->SetStartDoctypeDeclHandler(parser, doctype);
    int is_good = l->Parse(parser, bytes, (int)count, 1) == 1 && !document->failure;
    if (!is_good) {
        const char *why = document->failure ? document->failure : l->ErrorString(l->GetErrorCode(parser));
        snprintf(reason, room, "line %lu: %s", l->GetCurrentLineNumber(parser), why ? why : "unknown error");
    }
    l->ParserFree(parser);
    if (is_good) return document;
    cexpat_free(document);
    return NULL;
}

void cexpat_free(cexpat_document *document) {
    free(document->tokens);
    free(document->text);
    free(document);
}

size_t cexpat_token_count(const cexpat_document *document) { return document->token_count; }

struct cexpat_token cexpat_token_at(const cexpat_document *document, size_t index) {
    const struct token *token = &document->tokens[index];
    // An empty element's text may be NULL, which no token's is.
    return (struct cexpat_token){
        .kind = token->kind, .text = document->text ? document->text + token->offset : "", .count = token->count};
}
