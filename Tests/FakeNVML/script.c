// SPDX-License-Identifier: Apache-2.0
//
// Reads the script: $HOST_EXPORTER_FAKE_NVML, or where that is not set the file named like this library with `.script`
// after it. A line that makes no sense ends the process, because a test that runs on is worth nothing.

#define _GNU_SOURCE
#include "fake.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { MOST_WORDS = 32 };

struct word {
    int length;
    char text[TEXT_ROOM];
};

struct script script;
static struct word words[MOST_WORDS];
static int word_count;
static int line_number;

double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static const char *const symbol_names[SYM_COUNT] = {
#define X(name, since) [SYM_##name] = #name,
    SYMBOLS(X)
#undef X
};

const char *symbol_name(enum symbol symbol) { return symbol_names[symbol]; }

static void refuse(const char *why) {
    fprintf(stderr, "fake libnvidia-ml: script line %d: %s\n", line_number, why);
    abort();
}

enum symbol symbol_named(const char *name) {
    for (int i = 0; i < SYM_COUNT; i++)
        if (!strcmp(symbol_names[i], name)) return (enum symbol)i;
    return SYM_COUNT;
}

// MARK: Words

static void add_byte(struct word *word, char byte) {
    if (word->length >= TEXT_ROOM - 1) refuse("text too long");
    word->text[word->length++] = byte;
    word->text[word->length] = '\0';
}

static const char *quoted(const char *at, struct word *word) {
    for (; *at && *at != '"'; at++) {
        if (*at != '\\') {
            add_byte(word, *at);
        } else if (at[1] == 'n') {
            add_byte(word, '\n'), at++;
        } else if (at[1] == 'x' && at[2] && at[3]) {
            add_byte(word, (char)strtol((char[]){at[2], at[3], 0}, NULL, 16)), at += 3;
        } else if (at[1]) {
            add_byte(word, *++at);
        }
    }
    if (!*at) refuse("text without an end");
    return at + 1;
}

static void split(const char *at) {
    word_count = 0;
    for (;;) {
        while (*at == ' ' || *at == '\t') at++;
        if (!*at || *at == '\n' || *at == '#') return;
        if (word_count == MOST_WORDS) refuse("too many words");
        struct word *word = &words[word_count++];
        word->length = 0;
        word->text[0] = '\0';
        if (*at == '"') {
            at = quoted(at + 1, word);
        } else {
            while (*at && !strchr(" \t\n", *at)) add_byte(word, *at++);
        }
    }
}

static bool is(int index, const char *text) { return index < word_count && !strcmp(words[index].text, text); }

static int64_t number(int index) {
    if (index >= word_count) refuse("a number is missing");
    if (is(index, "unknown") || is(index, "max")) return -1;
    char *end;
    const char *text = words[index].text;
    int64_t value = text[0] == '-' ? strtoll(text, &end, 0) : (int64_t)strtoull(text, &end, 0);
    if (*end || end == text) refuse("not a number");
    return value;
}

static double real(int index) {
    char *end;
    if (index >= word_count) refuse("a number is missing");
    double value = strtod(words[index].text, &end);
    if (*end) refuse("not a number");
    return value;
}

// MARK: Values

void set_values(struct gpu *gpu, enum symbol symbol, int count, const int64_t *values) {
    gpu->value_count[symbol] = count;
    for (int i = 0; i < count && i < MOST_VALUES; i++) gpu->values[symbol][i] = values[i];
}

void set_field(struct gpu *gpu, uint32_t id, uint32_t type, int64_t value) {
    gpu->fields[id] = (struct field){.known = true, .type = type};
    gpu->fields[id].value.as_s64 = value;
}

void set_text(struct gpu *gpu, enum symbol symbol, const char *text) {
    struct text *into = &gpu->texts[symbol];
    into->known = true;
    into->length = snprintf(into->bytes, sizeof into->bytes, "%s", text);
}

static enum symbol value_symbol(int index) {
    char name[TEXT_ROOM + 16];
    if (index >= word_count) refuse("a name is missing");
    snprintf(name, sizeof name, "DeviceGet%s", words[index].text);
    enum symbol symbol = symbol_named(name);
    if (symbol == SYM_COUNT) refuse("no such value");
    return symbol;
}

static void behave(struct gpu *gpu, int at) {
    enum symbol symbol = at < word_count ? symbol_named(words[at].text) : SYM_COUNT;
    if (symbol == SYM_COUNT) refuse("no such call");
    struct behaviour *call = &gpu->calls[symbol];
    if (is(at + 1, "return")) call->code = (int)number(at + 2);
    else if (is(at + 1, "latency")) call->latency_us = (uint32_t)number(at + 2);
    else if (is(at + 1, "hang")) call->hang_seconds = is(at + 2, "forever") ? -1 : real(at + 2);
    else refuse("return, latency or hang expected");
}

static void give_field(struct field *field, int at) {
    static const char *const types[] = {"double", "u32", "ulong", "u64", "s64", "s32", "u16"};
    field->known = true;
    if (is(at, "return")) {
        field->code = (int)number(at + 1);
    } else if (is(at, "latency")) {
        field->latency_us = (uint32_t)number(at + 1);
    } else if (is(at + 1, "double")) {
        field->type = CNVML_VALUE_DOUBLE;
        field->value.as_double = real(at);
    } else {
        for (uint32_t type = 1; type < 7; type++)
            if (is(at + 1, types[type])) field->type = type;
        if (field->type == 0) field->type = CNVML_VALUE_U64;
        field->value.as_s64 = number(at);
    }
}

static uint32_t field_id(int index) {
    int64_t id = number(index);
    if (id < 0 || id >= MOST_FIELDS) refuse("no such field");
    return (uint32_t)id;
}

static void give_mig(struct gpu *gpu, int index) {
    int64_t slot = number(3);
    if (slot < 0 || slot >= MOST_MIG) refuse("no such MIG slot");
    struct mig *mig = &gpu->mig[slot];
    memset(mig, 0, sizeof *mig);
    if (is(4, "none")) return;
    *mig = (struct mig){.there = true, .sms = 16, .slices = 1, .total = 18253611008, .used = 14680064};
    for (int at = 4; at + 1 < word_count; at += 2) {
        if (is(at, "gi")) mig->gi = (uint32_t)number(at + 1);
        else if (is(at, "ci")) mig->ci = (uint32_t)number(at + 1);
        else if (is(at, "sms")) mig->sms = (uint32_t)number(at + 1);
        else if (is(at, "slices")) mig->slices = (uint32_t)number(at + 1);
        else if (is(at, "total")) mig->total = (uint64_t)number(at + 1);
        else if (is(at, "used")) mig->used = (uint64_t)number(at + 1);
        else refuse("no such MIG property");
    }
    snprintf(mig->uuid, sizeof mig->uuid, "MIG-%04x%04x-0000-5000-8000-%08x%04x", index, mig->gi, mig->sms, mig->ci);
    snprintf(mig->name, sizeof mig->name, "NVIDIA H200 MIG %ug.%uGB", mig->slices, (unsigned)(mig->total >> 30));
}

static void give_event(struct gpu *gpu) {
    if (gpu->event_count == MOST_EVENTS) refuse("too many events");
    struct event *event = &gpu->events[gpu->event_count++];
    event->type = is(3, "xid") ? 8 : (uint64_t)number(3);
    event->data = (uint64_t)number(4);
    event->after = is(5, "after") ? real(6) : 0;
}

static void give_process(struct gpu *gpu) {
    int repeat = is(word_count - 2, "times") ? (int)number(word_count - 1) : 1;
    for (int i = 0; i < repeat; i++) {
        if (gpu->process_count == MOST_PROCESSES) refuse("too many processes");
        bool instances = word_count > 7 && !is(6, "times");
        gpu->processes[gpu->process_count++] = (struct process){
            .kind = words[3].text[0],
            .pid = (uint32_t)number(4) + (uint32_t)i,
            .used = (uint64_t)number(5),
            .gi = instances ? (uint32_t)number(6) : UINT32_MAX,
            .ci = instances ? (uint32_t)number(7) : UINT32_MAX,
        };
    }
}

static void give_state(struct gpu *gpu) {
    gpu->state = is(3, "lost") ? 15
        : is(3, "reset_required") ? 16
        : is(3, "unknown") ? 999
        : is(3, "ok") ? 0
        : (int)number(3);
    gpu->state_after = is(4, "after") ? real(5) : 0;
}

static void gpu_line(struct gpu *gpu, int index) {
    if (is(2, "call")) {
        behave(gpu, 3);
    } else if (is(2, "set")) {
        enum symbol symbol = value_symbol(3);
        gpu->value_count[symbol] = 0;
        for (int at = 4; at < word_count && at < 4 + MOST_VALUES; at++)
            gpu->values[symbol][gpu->value_count[symbol]++] = number(at);
    } else if (is(2, "unset")) {
        gpu->value_count[value_symbol(3)] = 0;
        gpu->texts[value_symbol(3)].known = false;
    } else if (is(2, "text")) {
        struct text *text = &gpu->texts[value_symbol(3)];
        text->known = true;
        text->length = words[4].length;
        memcpy(text->bytes, words[4].text, TEXT_ROOM);
    } else if (is(2, "field")) {
        give_field(&gpu->fields[field_id(3)], 4);
    } else if (is(2, "link")) {
        int64_t link = number(3);
        if (link < 0 || link >= MOST_LINKS) refuse("no such link");
        give_field(&gpu->link_fields[link][field_id(5)], 6);
    } else if (is(2, "gpm")) {
        int64_t id = number(3);
        if (id < 0 || id >= MOST_METRICS) refuse("no such metric");
        gpu->has_metric[id] = true;
        gpu->metrics[id] = real(4);
    } else if (is(2, "state")) {
        give_state(gpu);
    } else if (is(2, "mig")) {
        give_mig(gpu, index);
    } else if (is(2, "process")) {
        give_process(gpu);
    } else if (is(2, "event")) {
        give_event(gpu);
    } else if (is(2, "bus")) {
        snprintf(gpu->bus_id, sizeof gpu->bus_id, "%.31s", words[3].text);
    } else if (is(2, "hidden")) {
        gpu->hidden = true;
    } else {
        refuse("unknown statement about a gpu");
    }
}

static void line(const char *text) {
    split(text);
    if (word_count == 0) return;
    if (is(0, "gpus")) {
        script.gpu_count = (int)number(1);
        if (script.gpu_count < 0 || script.gpu_count > MOST_GPUS) refuse("too many gpus");
    } else if (is(0, "profile")) {
        for (int i = 0; i < MOST_GPUS; i++) {
            memset(&script.gpus[i], 0, sizeof script.gpus[i]);
            if (is(1, "h200")) profile_h200(&script.gpus[i], i);
            else if (is(1, "geforce")) profile_geforce(&script.gpus[i], i);
            else refuse("no such profile");
        }
    } else if (is(0, "driver")) {
        snprintf(script.driver, sizeof script.driver, "%.80s", words[1].text);
    } else if (is(0, "nvml")) {
        snprintf(script.nvml, sizeof script.nvml, "%.80s", words[1].text);
    } else if (is(0, "cuda")) {
        script.cuda = (int)number(1);
    } else if (is(0, "init")) {
        script.init_code = (int)number(1);
    } else if (is(0, "counts")) {
        snprintf(script.counts_path, sizeof script.counts_path, "%.255s", words[1].text);
    } else if (is(0, "process_name") && script.name_count < 64) {
        script.names[script.name_count].pid = (uint32_t)number(1);
        script.names[script.name_count].name.length = words[2].length;
        memcpy(script.names[script.name_count++].name.bytes, words[2].text, TEXT_ROOM);
    } else if (is(0, "call")) {
        for (int i = 0; i < MOST_GPUS; i++) behave(&script.gpus[i], 1);
    } else if (is(0, "gpu") && is(1, "*")) {
        for (int i = 0; i < MOST_GPUS; i++) gpu_line(&script.gpus[i], i);
    } else if (is(0, "gpu")) {
        int64_t index = number(1);
        if (index < 0 || index >= MOST_GPUS) refuse("no such gpu");
        gpu_line(&script.gpus[index], (int)index);
    } else {
        refuse("unknown statement");
    }
}

// MARK: The file

static void load(FILE *file) {
    memset(&script, 0, sizeof script);
    snprintf(script.driver, sizeof script.driver, "%d.48.01", FAKE_DRIVER);
    snprintf(script.nvml, sizeof script.nvml, "13.%d.48.01", FAKE_DRIVER);
    script.cuda = 13010;
    script.gpu_count = 1;
    for (int i = 0; i < MOST_GPUS; i++) profile_h200(&script.gpus[i], i);
    script.loaded_at = seconds_now();
    char text[4096];
    line_number = 0;
    while (file && fgets(text, sizeof text, file)) {
        line_number++;
        line(text);
    }
    if (script.counts_path[0]) counts_move_to(script.counts_path);
}

static const char *script_path(void) {
    static char beside[PATH_MAX];
    const char *named = getenv("HOST_EXPORTER_FAKE_NVML");
    if (named && *named) return named;
    Dl_info info;
    if (!dladdr(&script, &info) || !info.dli_fname) return NULL;
    snprintf(beside, sizeof beside, "%s.script", info.dli_fname);
    return beside;
}

void script_refresh(void) {
    static struct stat last;
    static bool loaded;
    static const char *path;
    if (!path) path = script_path();
    struct stat now;
    if (!path || stat(path, &now)) {
        if (!loaded) load(NULL);
        loaded = true;
        return;
    }
    if (loaded && now.st_ino == last.st_ino && now.st_size == last.st_size
        && now.st_mtim.tv_sec == last.st_mtim.tv_sec && now.st_mtim.tv_nsec == last.st_mtim.tv_nsec)
        return;
    FILE *file = fopen(path, "re");
    if (!file) return;
    last = now;
    loaded = true;
    load(file);
    fclose(file);
}
