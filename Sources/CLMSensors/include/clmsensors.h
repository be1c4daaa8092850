// SPDX-License-Identifier: Apache-2.0
//
// libsensors made callable: no function here ends the process or prints, and what comes back are plain structs without
// pointers. libsensors keeps everything in globals, so it is opened once per process at a time and used by one thread
// at a time.

#ifndef CLMSENSORS_H
#define CLMSENSORS_H

#include <stddef.h>
#include <stdint.h>

/// Room for messages of ours or of libsensors, one a line, with their final zero.
#define CLMSENSORS_MESSAGE_SIZE 4096

enum {
    CLMSENSORS_OK = 0,
    /// It is open already.
    CLMSENSORS_BUSY = 1,
    /// The given configuration file cannot be opened.
    CLMSENSORS_NO_CONFIGURATION = 2,
    /// libsensors gave up; the message says why.
    CLMSENSORS_FAILED = 3,
};

/// One hardware monitoring chip.
struct clmsensors_chip {
    /// As libsensors prints it, such as coretemp-isa-0000.
    char name[128];
    /// The folder libsensors reads, such as /sys/class/hwmon/hwmon2.
    char path[256];
    /// The device behind that folder, resolved; the resolved folder itself where there is no device.
    char device[512];
    /// SENSORS_BUS_TYPE_ of libsensors.
    int16_t bus_type;
};

/// One thing that a chip measures.
struct clmsensors_feature {
    uint32_t chip;
    /// SENSORS_FEATURE_ of libsensors.
    int32_t type;
    /// The kernel's name, such as temp1.
    char name[32];
    /// The name sensors.conf or the driver gives it, else the kernel's.
    char label[128];
};

/// One attribute of a feature.
struct clmsensors_subfeature {
    uint32_t feature;
    /// What clmsensors_value wants.
    int32_t number;
    /// SENSORS_SUBFEATURE_ of libsensors.
    int32_t type;
    uint8_t is_readable;
};

/// What clmsensors_value answers for an attribute that is there and has no value now (SENSORS_ERR_ACCESS_R).
enum { CLMSENSORS_NO_VALUE = 3 };

struct clmsensors;

/// Loads the configuration (`configuration_path`, or the system's where it is NULL) and finds the chips.
///
/// Leaves what is wrong with the configuration in `message`, a line each with file and line; empty where nothing is.
/// Files that libsensors refuses are left out and the others kept.
int clmsensors_open(const char *configuration_path, struct clmsensors **result, char *message);

void clmsensors_close(struct clmsensors *sensors);

size_t clmsensors_chip_count(const struct clmsensors *sensors);
size_t clmsensors_feature_count(const struct clmsensors *sensors);
size_t clmsensors_subfeature_count(const struct clmsensors *sensors);

/// Copies one row; an index past the end leaves it as it is.
void clmsensors_get_chip(const struct clmsensors *sensors, size_t index, struct clmsensors_chip *chip);
void clmsensors_get_feature(const struct clmsensors *sensors, size_t index, struct clmsensors_feature *feature);
void clmsensors_get_subfeature(const struct clmsensors *sensors, size_t index,
                               struct clmsensors_subfeature *subfeature);

/// Reads one attribute of a chip. Returns 0, or libsensors' error code (positive). May block as long as the bus does.
int clmsensors_value(const struct clmsensors *sensors, uint32_t chip, int32_t number, double *value);

/// A number that changes when a chip appears or goes. Returns 0 where there is no hwmon class at all.
uint64_t clmsensors_change_token(const char *class_path);

#endif
