// SPDX-License-Identifier: Apache-2.0

#include "attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool address_parse(const char *name, struct cpcibus_address *address) {
    unsigned domain = 0, bus = 0, device = 0, function = 0;
    if (strlen(name) >= ADDRESS_SIZE || sscanf(name, "%8x:%2x:%2x.%1u", &domain, &bus, &device, &function) != 4) {
        return false;
    }
    // libpci keeps the domain in an int and opens the folder by the name it prints itself.
    if (domain > INT_MAX || device > 0x1f || function > 7) {
        return false;
    }
    *address = (struct cpcibus_address){domain, (uint8_t)bus, (uint8_t)device, (uint8_t)function};
    char printed[ADDRESS_SIZE];
    address_format(address, printed);
    return strcmp(printed, name) == 0;
}

void address_format(const struct cpcibus_address *address, char text[ADDRESS_SIZE]) {
    snprintf(text, ADDRESS_SIZE, "%04x:%02x:%02x.%u", address->domain, address->bus, address->device,
             address->function);
}

static bool attribute_path(const char *name, const char *file, char path[128]) {
    const int length = snprintf(path, 128, "%s/%s", name, file);
    return length > 0 && length < 128;
}

bool attribute_exists(int devices, const char *name, const char *file) {
    char path[128];
    return attribute_path(name, file, path) && faccessat(devices, path, F_OK, 0) == 0;
}

ssize_t attribute_read(int devices, const char *name, const char *file, void *buffer, size_t size) {
    char path[128];
    if (!attribute_path(name, file, path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    // A fixture or a confused mount may hold a FIFO: opening must not wait for its writer.
    const int descriptor = openat(devices, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        return -1;
    }
    ssize_t count;
    do {
        count = read(descriptor, buffer, size);
    } while (count < 0 && errno == EINTR);
    const int kept = errno;
    close(descriptor);
    errno = kept;
    return count;
}

void attribute_link_name(int devices, const char *name, const char *file, char *text, size_t size) {
    char path[128], target[PATH_MAX];
    text[0] = '\0';
    if (!attribute_path(name, file, path)) {
        return;
    }
    const ssize_t length = readlinkat(devices, path, target, sizeof target - 1);
    if (length <= 0) {
        return;
    }
    target[length] = '\0';
    const char *slash = strrchr(target, '/');
    snprintf(text, size, "%s", slash ? slash + 1 : target);
}

static void runtime_status(int devices, const char *name, char *text, size_t size) {
    const ssize_t length = attribute_read(devices, name, "power/runtime_status", text, size - 1);
    text[length > 0 ? length : 0] = '\0';
    text[strcspn(text, "\n")] = '\0';
}

static bool is_all_ones(const unsigned char *bytes, ssize_t length) {
    for (ssize_t index = 0; index < length; index++) {
        if (bytes[index] != 0xff) {
            return false;
        }
    }
    return true;
}

uint8_t attribute_configuration(int devices, const char *name) {
    // Four bytes first: under a hypervisor each such read is an exit of some 25 us.
    unsigned char header[16];
    ssize_t length = attribute_read(devices, name, "config", header, 4);
    if (length < 4) {
        return CPCIBUS_CONFIG_NOT_READ;
    }
    if (!is_all_ones(header, length)) {
        return CPCIBUS_CONFIG_ANSWERS;
    }
    // The identity alone is all ones in every SR-IOV virtual function, whose command, status and class are not.
    length = attribute_read(devices, name, "config", header, sizeof header);
    return length < 4 || is_all_ones(header, length) ? CPCIBUS_CONFIG_ALL_ONES : CPCIBUS_CONFIG_ANSWERS;
}

void attribute_status(int devices, const char *name, struct cpcibus_status *status) {
    attribute_link_name(devices, name, "driver", status->driver, sizeof status->driver);
    runtime_status(devices, name, status->runtime_status, sizeof status->runtime_status);
}
