// SPDX-License-Identifier: Apache-2.0

#include "clmsensors.h"
#include "configuration.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sensors/error.h>
#include <sensors/sensors.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// LMSensors tells attributes by these numbers; a header that numbers them otherwise must not compile.
_Static_assert(SENSORS_SUBFEATURE_IN_CRIT_ALARM == 0x0085 && SENSORS_SUBFEATURE_IN_CRIT == 0x0004, "in");
_Static_assert(SENSORS_SUBFEATURE_FAN_MAX_ALARM == 0x0186 && SENSORS_SUBFEATURE_FAN_FAULT == 0x0181, "fan");
_Static_assert(SENSORS_SUBFEATURE_TEMP_LCRIT_HYST == 0x020c && SENSORS_SUBFEATURE_TEMP_FAULT == 0x0284, "temp");
_Static_assert(SENSORS_SUBFEATURE_TEMP_LCRIT_ALARM == 0x0289 && SENSORS_SUBFEATURE_TEMP_EMERGENCY == 0x0207, "temp");
_Static_assert(SENSORS_SUBFEATURE_POWER_INPUT == 0x0303 && SENSORS_SUBFEATURE_POWER_LCRIT == 0x030b, "power");
_Static_assert(SENSORS_SUBFEATURE_POWER_LCRIT_ALARM == 0x0386, "power");
_Static_assert(SENSORS_SUBFEATURE_CURR_CRIT_ALARM == 0x0585 && SENSORS_SUBFEATURE_CURR_CRIT == 0x0504, "curr");
_Static_assert(SENSORS_SUBFEATURE_HUMIDITY_INPUT == 0x0600 && SENSORS_SUBFEATURE_ENERGY_INPUT == 0x0400, "others");
_Static_assert(SENSORS_SUBFEATURE_INTRUSION_ALARM == 0x1100, "intrusion");

_Static_assert(SENSORS_ERR_ACCESS_R == CLMSENSORS_NO_VALUE, "no value");

struct clmsensors {
    /// Point into libsensors; valid until sensors_cleanup.
    const sensors_chip_name **handles;
    struct clmsensors_chip *chips;
    size_t chip_count;
    struct clmsensors_feature *features;
    size_t feature_count;
    struct clmsensors_subfeature *subfeatures;
    size_t subfeature_count;
};

enum ownership { FREE, OPEN, BROKEN };

static pthread_mutex_t ownership_lock = PTHREAD_MUTEX_INITIALIZER;
static enum ownership ownership = FREE;

/// What the callbacks of libsensors write to; only the thread that owns the library runs them.
static _Thread_local jmp_buf *fatal_target;
static _Thread_local char *report;
/// The file that is read just now, where libsensors is given a stream and knows no name.
static _Thread_local const char *current_file;

__attribute__((noreturn)) static void fatal_error(const char *procedure, const char *message) {
    if (fatal_target) {
        if (report) {
            snprintf(report, CLMSENSORS_MESSAGE_SIZE, "%s: %s", procedure, message);
        }
        jmp_buf *target = fatal_target;
        fatal_target = NULL;
        longjmp(*target, 1);
    }
    // Never reached: each call that can end up here is armed. Returning is forbidden, and ending the process worse.
    for (;;) {
        pause();
    }
}

/// Adds a line to what is reported, as long as there is room for a whole one.
__attribute__((format(printf, 1, 2))) static void add_problem(const char *format, ...) {
    if (!report) {
        return;
    }
    const size_t length = strlen(report);
    const size_t room = CLMSENSORS_MESSAGE_SIZE - length;
    va_list values;
    va_start(values, format);
    const int written = vsnprintf(report + length, room, format, values);
    va_end(values);
    if (written < 0 || (size_t)written + 1 >= room) {
        // The first line stays, cut; a further one that is cut would name a wrong place.
        report[length ? length : room - 2] = '\0';
    }
    if (length < strlen(report)) {
        strcat(report, "\n");
    }
}

static void parse_error(const char *message, const char *file, int line) {
    add_problem("%s:%d: %s", file ? file : current_file ? current_file : "configuration", line, message);
}

static void parse_error_without_file(const char *message, int line) {
    parse_error(message, NULL, line);
}

static bool acquire(void) {
    pthread_mutex_lock(&ownership_lock);
    const bool granted = ownership == FREE;
    if (granted) {
        ownership = OPEN;
    }
    pthread_mutex_unlock(&ownership_lock);
    return granted;
}

static void hand_back(enum ownership state) {
    pthread_mutex_lock(&ownership_lock);
    ownership = state;
    pthread_mutex_unlock(&ownership_lock);
}

/// Makes room for one row more. False without memory.
static bool grow(void **rows, size_t count, size_t size) {
    // Doubling at powers of two needs no field for the capacity.
    if (count & (count - 1)) {
        return true;
    }
    void *larger = realloc(*rows, (count ? count * 2 : 1) * size);
    if (larger) {
        *rows = larger;
    }
    return larger != NULL;
}

static void resolve_device(struct clmsensors_chip *chip) {
    char link[sizeof chip->path + 8], resolved[PATH_MAX];
    snprintf(link, sizeof link, "%s/device", chip->path);
    if (realpath(link, resolved) || realpath(chip->path, resolved)) {
        snprintf(chip->device, sizeof chip->device, "%s", resolved);
    } else {
        snprintf(chip->device, sizeof chip->device, "%s", chip->path);
    }
}

static bool add_feature(struct clmsensors *sensors, const sensors_chip_name *handle, const sensors_feature *feature) {
    if (!grow((void **)&sensors->features, sensors->feature_count, sizeof *sensors->features)) {
        return false;
    }
    struct clmsensors_feature *row = &sensors->features[sensors->feature_count];
    memset(row, 0, sizeof *row);
    row->chip = (uint32_t)(sensors->chip_count - 1);
    row->type = (int32_t)feature->type;
    snprintf(row->name, sizeof row->name, "%s", feature->name);
    char *label = sensors_get_label(handle, feature);
    snprintf(row->label, sizeof row->label, "%s", label ? label : feature->name);
    free(label);
    sensors->feature_count++;

    int cursor = 0;
    for (const sensors_subfeature *next; (next = sensors_get_all_subfeatures(handle, feature, &cursor));) {
        if (!grow((void **)&sensors->subfeatures, sensors->subfeature_count, sizeof *sensors->subfeatures)) {
            return false;
        }
        sensors->subfeatures[sensors->subfeature_count++] = (struct clmsensors_subfeature){
            .feature = (uint32_t)(sensors->feature_count - 1),
            .number = next->number,
            .type = (int32_t)next->type,
            .is_readable = (next->flags & SENSORS_MODE_R) != 0,
        };
    }
    return true;
}

static bool add_chip(struct clmsensors *sensors, const sensors_chip_name *handle) {
    if (!grow((void **)&sensors->chips, sensors->chip_count, sizeof *sensors->chips) ||
        !grow((void **)&sensors->handles, sensors->chip_count, sizeof *sensors->handles)) {
        return false;
    }
    struct clmsensors_chip *row = &sensors->chips[sensors->chip_count];
    memset(row, 0, sizeof *row);
    if (sensors_snprintf_chip_name(row->name, sizeof row->name, handle) < 0) {
        snprintf(row->name, sizeof row->name, "%s", handle->prefix ? handle->prefix : "unknown");
    }
    snprintf(row->path, sizeof row->path, "%s", handle->path ? handle->path : "");
    row->bus_type = handle->bus.type;
    resolve_device(row);
    sensors->handles[sensors->chip_count++] = handle;

    int cursor = 0;
    for (const sensors_feature *feature; (feature = sensors_get_features(handle, &cursor));) {
        if (!add_feature(sensors, handle, feature)) {
            return false;
        }
    }
    return true;
}

static bool list_all(struct clmsensors *sensors) {
    int cursor = 0;
    for (const sensors_chip_name *handle; (handle = sensors_get_detected_chips(NULL, &cursor));) {
        if (!add_chip(sensors, handle)) {
            return false;
        }
    }
    return true;
}

/// What no code of libsensors is.
enum { NOT_OPENED = 1000 };

/// Initialises libsensors with one file; NOT_OPENED and errno where it cannot be opened.
static int initialize_with(const char *path) {
    FILE *file = fopen(path, "re");
    if (!file) {
        return NOT_OPENED;
    }
    current_file = path;
    const int result = sensors_init(file);
    current_file = NULL;
    fclose(file);
    return result;
}

/// Whether libsensors takes a file by itself; where it does not, the file is reported.
static bool is_accepted(const char *path) {
    const size_t reported = strlen(report);
    const int code = initialize_with(path);
    if (code == 0) {
        sensors_cleanup();
        return true;
    }
    if (code == NOT_OPENED) {
        add_problem("%s: %s", path, strerror(errno));
    } else if (strlen(report) == reported) {
        add_problem("%s: %s", path, sensors_strerror(code));
    }
    return false;
}

/// Initialises libsensors with those files of a configuration that it accepts: one that it refuses makes it refuse all.
static int initialize_with_accepted(const char *given) {
    // What fails without any file is no fault of one.
    int result = initialize_with("/dev/null");
    if (result) {
        return result;
    }
    sensors_cleanup();
    report[0] = '\0';
    struct configuration configuration;
    configuration_begin(&configuration, given);
    for (size_t i = 0; i < configuration.file_count; i++) {
        const char *path = configuration.files[i];
        const char *conflict = is_accepted(path) ? configuration_add(&configuration, path) : NULL;
        if (conflict) {
            add_problem("%s: %s", path, conflict);
        }
    }
    // Each file's own problems are reported; together they would be told again, without their names.
    char *problems = report;
    report = NULL;
    FILE *all = configuration_open(&configuration);
    result = all ? sensors_init(all) : -SENSORS_ERR_PARSE;
    if (all) {
        fclose(all);
    }
    configuration_end(&configuration);
    report = problems;
    // Readings without labels are better than none.
    return result ? initialize_with("/dev/null") : 0;
}

static int initialize(const char *path) {
    const int result = path ? initialize_with(path) : sensors_init(NULL);
    return result ? initialize_with_accepted(path) : 0;
}

static void release(struct clmsensors *sensors) {
    free(sensors->handles);
    free(sensors->chips);
    free(sensors->features);
    free(sensors->subfeatures);
    free(sensors);
}

int clmsensors_open(const char *configuration_path, struct clmsensors **result, char *message) {
    *result = NULL;
    message[0] = '\0';
    if (!acquire()) {
        snprintf(message, CLMSENSORS_MESSAGE_SIZE, "libsensors is in use or broken");
        return CLMSENSORS_BUSY;
    }
    if (configuration_path && access(configuration_path, R_OK) != 0) {
        snprintf(message, CLMSENSORS_MESSAGE_SIZE, "%s: %s", configuration_path, strerror(errno));
        hand_back(FREE);
        return CLMSENSORS_NO_CONFIGURATION;
    }
    sensors_fatal_error = fatal_error;
    sensors_parse_error = parse_error_without_file;
    sensors_parse_error_wfn = parse_error;
    report = message;

    jmp_buf target;
    int code = 0;
    struct clmsensors *volatile sensors = calloc(1, sizeof *sensors);
    volatile bool is_initialized = false;
    if (setjmp(target) != 0) {
        // libsensors ran out of memory in the midst of its lists: nothing of it can be trusted, not even its cleanup.
        hand_back(BROKEN);
        report = NULL;
        if (sensors) {
            release(sensors);
        }
        return CLMSENSORS_FAILED;
    }
    fatal_target = &target;
    code = initialize(configuration_path);
    is_initialized = code == 0;
    const bool complete = is_initialized && sensors && list_all(sensors);
    if (!complete && is_initialized) {
        sensors_cleanup();
    }
    fatal_target = NULL;
    report = NULL;
    if (complete) {
        *result = sensors;
        return CLMSENSORS_OK;
    }
    if (message[0] == '\0') {
        snprintf(message, CLMSENSORS_MESSAGE_SIZE, "%s", code ? sensors_strerror(code) : "out of memory");
    }
    if (sensors) {
        release(sensors);
    }
    hand_back(FREE);
    return CLMSENSORS_FAILED;
}

void clmsensors_close(struct clmsensors *sensors) {
    if (!sensors) {
        return;
    }
    jmp_buf target;
    if (setjmp(target) == 0) {
        fatal_target = &target;
        sensors_cleanup();
        fatal_target = NULL;
        hand_back(FREE);
    } else {
        hand_back(BROKEN);
    }
    release(sensors);
}

size_t clmsensors_chip_count(const struct clmsensors *sensors) {
    return sensors->chip_count;
}

size_t clmsensors_feature_count(const struct clmsensors *sensors) {
    return sensors->feature_count;
}

size_t clmsensors_subfeature_count(const struct clmsensors *sensors) {
    return sensors->subfeature_count;
}

void clmsensors_get_chip(const struct clmsensors *sensors, size_t index, struct clmsensors_chip *chip) {
    if (index < sensors->chip_count) {
        *chip = sensors->chips[index];
    }
}

void clmsensors_get_feature(const struct clmsensors *sensors, size_t index, struct clmsensors_feature *feature) {
    if (index < sensors->feature_count) {
        *feature = sensors->features[index];
    }
}

void clmsensors_get_subfeature(const struct clmsensors *sensors, size_t index,
                               struct clmsensors_subfeature *subfeature) {
    if (index < sensors->subfeature_count) {
        *subfeature = sensors->subfeatures[index];
    }
}

int clmsensors_value(const struct clmsensors *sensors, uint32_t chip, int32_t number, double *value) {
    if (chip >= sensors->chip_count) {
        return SENSORS_ERR_NO_ENTRY;
    }
    jmp_buf target;
    if (setjmp(target) != 0) {
        return SENSORS_ERR_KERNEL;
    }
    fatal_target = &target;
    const int code = sensors_get_value(sensors->handles[chip], number, value);
    fatal_target = NULL;
    return code < 0 ? -code : code;
}

static uint64_t mix(uint64_t hash, const char *text) {
    for (; *text; text++) {
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
    }
    return (hash ^ 0xff) * 0x100000001b3;
}

uint64_t clmsensors_change_token(const char *class_path) {
    DIR *directory = opendir(class_path);
    if (!directory) {
        return 0;
    }
    // Times of a sysfs directory do not follow its entries. The target is part of it because the number of a chip that
    // went is given to the next one.
    uint64_t sum = 1;
    for (struct dirent *entry; (entry = readdir(directory));) {
        char target[PATH_MAX];
        const ssize_t length = readlinkat(dirfd(directory), entry->d_name, target, sizeof target - 1);
        if (length > 0) {
            target[length] = '\0';
            sum += mix(0xcbf29ce484222325, target);
        }
    }
    closedir(directory);
    return sum ? sum : 1;
}
