// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "configuration.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void add_path(struct configuration *configuration, const char *path) {
    char **files = realloc(configuration->files, (configuration->file_count + 1) * sizeof *files);
    if (!files) {
        return;
    }
    configuration->files = files;
    files[configuration->file_count] = strdup(path);
    if (files[configuration->file_count]) {
        configuration->file_count++;
    }
}

static int is_shown(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

void configuration_begin(struct configuration *configuration, const char *given) {
    *configuration = (struct configuration){0};
    if (given) {
        add_path(configuration, given);
        return;
    }
    const int has_newer = access("/etc/sensors3.conf", F_OK) == 0;
    if (has_newer || access("/etc/sensors.conf", F_OK) == 0) {
        add_path(configuration, has_newer ? "/etc/sensors3.conf" : "/etc/sensors.conf");
    }
    struct dirent **entries;
    const int count = scandir("/etc/sensors.d", &entries, is_shown, alphasort);
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        struct stat status;
        snprintf(path, sizeof path, "/etc/sensors.d/%s", entries[i]->d_name);
        free(entries[i]);
        // libsensors passes over all that is no file.
        if (stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
            add_path(configuration, path);
        }
    }
    if (count >= 0) {
        free(entries);
    }
}

/// The next bus statement: its number and its adapter; NULL for none left.
static const char *next_bus(const char *at, const char **number, size_t *number_length, size_t *adapter_length) {
    while (at && *at) {
        at += strspn(at, " \t");
        if (!strncmp(at, "bus", 3) && isspace((unsigned char)at[3])) {
            *number = at + 3 + strspn(at + 3, " \t");
            *number_length = strcspn(*number, " \t\n");
            const char *adapter = *number + *number_length;
            adapter += strspn(adapter, " \t");
            *adapter_length = strcspn(adapter, "\n");
            return adapter;
        }
        at = strchr(at, '\n');
        at += at != NULL;
    }
    return NULL;
}

static int has_conflict(const char *before, const char *added) {
    const char *number, *other;
    size_t length, adapter_length, other_length, other_adapter_length;
    for (const char *at = added, *adapter; (adapter = next_bus(at, &number, &length, &adapter_length)); at = adapter) {
        for (const char *from = before, *known;
             (known = next_bus(from, &other, &other_length, &other_adapter_length)); from = known) {
            const int is_same_number = length == other_length && !memcmp(number, other, length);
            const int is_same_adapter =
                adapter_length == other_adapter_length && !memcmp(adapter, known, adapter_length);
            if (is_same_number && !is_same_adapter) {
                return 1;
            }
        }
    }
    return 0;
}

const char *configuration_add(struct configuration *configuration, const char *path) {
    FILE *file = fopen(path, "re");
    if (!file) {
        return strerror(errno);
    }
    char *text = NULL;
    size_t room = 0;
    // A file without zeroes is one piece; one with some is none of libsensors'.
    const ssize_t length = getdelim(&text, &room, '\0', file);
    fclose(file);
    const char *conflict = NULL;
    if (length > 0) {
        char *all = NULL;
        if (configuration->text && has_conflict(configuration->text, text)) {
            conflict = "gives a bus to another adapter than a file before it, and cannot be read together with it";
        } else if (asprintf(&all, "%s%s\n", configuration->text ? configuration->text : "", text) >= 0) {
            free(configuration->text);
            configuration->text = all;
            configuration->length = strlen(all);
        } else {
            conflict = "out of memory";
        }
    }
    free(text);
    return conflict;
}

FILE *configuration_open(const struct configuration *configuration) {
    if (configuration->length == 0) {
        return fopen("/dev/null", "re");
    }
    return fmemopen(configuration->text, configuration->length, "r");
}

void configuration_end(struct configuration *configuration) {
    for (size_t i = 0; i < configuration->file_count; i++) {
        free(configuration->files[i]);
    }
    free(configuration->files);
    free(configuration->text);
}
