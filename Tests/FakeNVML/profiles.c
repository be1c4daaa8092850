// SPDX-License-Identifier: Apache-2.0
//
// What the devices answer where a script says nothing else. Serial numbers and UUIDs are made up.

#include "fake.h"

#include <stdio.h>
#include <string.h>

#define SET(symbol, ...) \
    set_values( \
        gpu, SYM_DeviceGet##symbol, sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), (int64_t[]){__VA_ARGS__})
#define TEXT(symbol, text) set_text(gpu, SYM_DeviceGet##symbol, text)

static void identify(struct gpu *gpu, int index, const char *prefix) {
    char text[97];
    // One root port per device, as on real boards.
    snprintf(gpu->bus_id, sizeof gpu->bus_id, "00000000:%02X:00.0", 0x1b + index * 0x10);
    snprintf(text, sizeof text, "GPU-%s%04x-0000-4000-8000-%012x", prefix, index, index + 1);
    TEXT(UUID, text);
    SET(Index, index);
    SET(MinorNumber, index);
}

static void common(struct gpu *gpu) {
    SET(PerformanceState, 0);
    SET(ComputeMode, 0);
    SET(EncoderUtilization, 0, 167000);
    SET(DecoderUtilization, 0, 167000);
    SET(JpgUtilization, 0, 167000);
    SET(OfaUtilization, 0, 167000);
    SET(PcieReplayCounter, 0);
    SET(CurrentClocksEventReasons, 0x1);
    SET(SupportedEventTypes, 0x8 | 0x4000 | 0x8000 | 0x4);
    for (uint32_t id = 74; id <= 79; id++) set_field(gpu, id, CNVML_VALUE_U64, (int64_t)id * 1000000);
    set_field(gpu, 81, CNVML_VALUE_U64, 81000000);
    set_field(gpu, 94, CNVML_VALUE_U32, 3);
    if (FAKE_DRIVER >= 535) {
        set_field(gpu, 185, CNVML_VALUE_U32, 120500);
        set_field(gpu, 186, CNVML_VALUE_U32, 118250);
    }
    if (FAKE_DRIVER >= 555) {
        set_field(gpu, 197, CNVML_VALUE_U64, 123456789012);
        set_field(gpu, 198, CNVML_VALUE_U64, 98765432109);
    }
    if (FAKE_DRIVER >= 575) {
        set_field(gpu, 269, CNVML_VALUE_U64, 269000000);
        set_field(gpu, 270, CNVML_VALUE_U64, 270000000);
        set_field(gpu, 271, CNVML_VALUE_U64, 271000000);
    }
}

void profile_h200(struct gpu *gpu, int index) {
    identify(gpu, index, "200a");
    common(gpu);
    char serial[31];
    snprintf(serial, sizeof serial, "16500240000%02d", index);
    TEXT(Name, "NVIDIA H200");
    TEXT(Serial, serial);
    TEXT(VbiosVersion, "96.00.99.00.01");
    TEXT(InforomImageVersion, "G520.0280.00.01");
    TEXT(BoardPartNumber, "692-2G520-0280-501");
    TEXT(GspFirmwareVersion, "590.48.01");
    SET(GspFirmwareMode, 1, 1);
    SET(PciInfo_v3, 0x233510DE, 0x18BE10DE);
    SET(Brand, 14);
    SET(Architecture, 9);
    SET(CudaComputeCapability, 9, 0);
    SET(NumGpuCores, 16896);
    SET(ModuleId, index + 1);
    SET(NumFans, 0);
    SET(PersistenceMode, 1);
    SET(UtilizationRates, 37, 12);
    SET(MemoryInfo, 150754820096, 149933785088, 183435264, 637599744);
    SET(BAR1MemoryInfo, 274877906944, 274876858368, 1048576);
    SET(Temperature, 34);
    SET(TemperatureThreshold, 92, 90, 95, 88);
    SET(MarginTemperature, 54);
    SET(PowerUsage, 119900);
    SET(EnforcedPowerLimit, 700000);
    SET(PowerManagementLimit, 700000);
    SET(PowerManagementDefaultLimit, 700000);
    SET(PowerManagementLimitConstraints, 200000, 700000);
    SET(TotalEnergyConsumption, 9876543210);
    SET(ClockInfo, 345, 345, 3201, 765);
    SET(MaxClockInfo, 1980, 1980, 3201, 1545);
    SET(ApplicationsClock, 1980, 1980, 3201, 1545);
    // Withdrawn: the symbol is there and says so.
    if (FAKE_DRIVER >= 580) gpu->calls[SYM_DeviceGetApplicationsClock].code = 26;
    SET(CurrPcieLinkGeneration, 5);
    SET(CurrPcieLinkWidth, 16);
    SET(MaxPcieLinkGeneration, 5);
    SET(MaxPcieLinkWidth, 16);
    SET(EccMode, 1, 1);
    SET(TotalEccErrors, 1, 0, 7, 2);
    SET(RemappedRows, 1, 0, 0, 0);
    SET(MigMode, 0, 0);
    SET(MaxMigDeviceCount, 7);
    SET(GpuFabricInfo, 3, 0, 32766, 0x55);
    set_field(gpu, 82, CNVML_VALUE_U32, 41);
    set_field(gpu, 83, CNVML_VALUE_U64, 9876543210);
    static const int64_t ecc[] = {1, 0, 7, 2};
    for (uint32_t id = 3; id <= 6; id++) set_field(gpu, id, CNVML_VALUE_U64, ecc[id - 3]);
    static const int64_t rows[] = {1, 0, 0, 0};
    for (uint32_t id = 142; id <= 145; id++) set_field(gpu, id, CNVML_VALUE_U32, rows[id - 142]);
    set_field(gpu, 91, CNVML_VALUE_U32, 18);
    set_field(gpu, 138, CNVML_VALUE_U64, 18 * 1000);
    set_field(gpu, 139, CNVML_VALUE_U64, 18 * 2000);
    if (FAKE_DRIVER >= 535) {
        static const int64_t limits[] = {-8, -2, 0, 0};
        for (uint32_t id = 193; id <= 196; id++) set_field(gpu, id, CNVML_VALUE_S32, limits[id - 193]);
    }
    if (FAKE_DRIVER >= 570) set_field(gpu, 230, CNVML_VALUE_U32, 0);
    for (int link = 0; link < 18; link++) {
        struct field *fields = gpu->link_fields[link];
        static const struct {
            uint32_t id;
            uint64_t value;
        } given[] = {{165, 1}, {138, 1000}, {139, 2000}, {161, 0}, {162, 0}, {163, 0}};
        for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
            fields[given[i].id] = (struct field){.known = true, .type = CNVML_VALUE_U64};
            fields[given[i].id].value.as_u64 = given[i].value;
        }
    }
    static const int metrics[] = {1, 2, 3, 5, 10, 11, 12, 13, 20, 21, 60, 61};
    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
        gpu->has_metric[metrics[i]] = true;
        gpu->metrics[metrics[i]] = metrics[i] + 0.5;
    }
}

void profile_geforce(struct gpu *gpu, int index) {
    identify(gpu, index, "4090");
    common(gpu);
    TEXT(Name, "NVIDIA GeForce RTX 4090");
    TEXT(VbiosVersion, "95.02.3C.00.8C");
    TEXT(InforomImageVersion, "G002.0000.00.03");
    SET(PciInfo_v3, 0x268410DE, 0x16F310DE);
    SET(Brand, 5);
    SET(Architecture, 8);
    SET(CudaComputeCapability, 8, 9);
    SET(NumGpuCores, 16384);
    SET(NumFans, 2);
    SET(FanSpeed, 30);
    SET(FanSpeed_v2, 30, 31);
    SET(FanSpeedRPM, 1100, 1120);
    SET(PersistenceMode, 0);
    SET(PerformanceState, 8);
    SET(UtilizationRates, 4, 1);
    SET(MemoryInfo, 25757220864, 24500000000, 800000000, 457220864);
    SET(BAR1MemoryInfo, 34359738368, 34350000000, 9738368);
    SET(Temperature, 41);
    SET(TemperatureThreshold, 98, 95, 0, 83);
    SET(PowerUsage, 21340);
    SET(EnforcedPowerLimit, 450000);
    SET(PowerManagementLimit, 450000);
    SET(PowerManagementDefaultLimit, 450000);
    SET(PowerManagementLimitConstraints, 150000, 600000);
    SET(TotalEnergyConsumption, 1234567);
    SET(ClockInfo, 210, 210, 405, 1185);
    SET(MaxClockInfo, 3120, 3120, 10501, 2415);
    SET(CurrPcieLinkGeneration, 1);
    SET(CurrPcieLinkWidth, 16);
    SET(MaxPcieLinkGeneration, 4);
    SET(MaxPcieLinkWidth, 16);
    set_field(gpu, 83, CNVML_VALUE_U64, 1234567);
}
