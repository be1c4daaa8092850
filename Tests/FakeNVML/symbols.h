// SPDX-License-Identifier: Apache-2.0
//
// Every symbol that the fake can export, without its `nvml`. A script names calls and values by these names.

#ifndef FAKE_NVML_SYMBOLS_H
#define FAKE_NVML_SYMBOLS_H

/// Calls of the shape (device, uint32_t *): X(name, first driver that has it).
#define U32_SYMBOLS(X) \
    X(DeviceGetMinorNumber, 0) X(DeviceGetIndex, 0) X(DeviceGetBrand, 0) X(DeviceGetArchitecture, 0) \
    X(DeviceGetNumGpuCores, 510) X(DeviceGetNumaNodeId, 535) X(DeviceGetModuleId, 525) X(DeviceGetNumFans, 510) \
    X(DeviceGetFanSpeed, 0) X(DeviceGetPowerUsage, 0) X(DeviceGetEnforcedPowerLimit, 0) \
    X(DeviceGetPowerManagementLimit, 0) X(DeviceGetPowerManagementDefaultLimit, 0) X(DeviceGetPerformanceState, 0) \
    X(DeviceGetComputeMode, 0) X(DeviceGetPersistenceMode, 0) X(DeviceGetCurrPcieLinkGeneration, 0) \
    X(DeviceGetCurrPcieLinkWidth, 0) X(DeviceGetMaxPcieLinkGeneration, 0) X(DeviceGetMaxPcieLinkWidth, 0) \
    X(DeviceGetPcieReplayCounter, 0) X(DeviceGetRetiredPagesPendingStatus, 0) X(DeviceGetMaxMigDeviceCount, 0)

/// (device, uint32_t *, uint32_t *)
#define PAIR_SYMBOLS(X) \
    X(DeviceGetEncoderUtilization, 0) X(DeviceGetDecoderUtilization, 0) X(DeviceGetJpgUtilization, 535) \
    X(DeviceGetOfaUtilization, 535) X(DeviceGetEccMode, 0) X(DeviceGetMigMode, 0) \
    X(DeviceGetGspFirmwareMode, 515) X(DeviceGetPowerManagementLimitConstraints, 0) \
    X(DeviceGetCudaComputeCapability, 0)

/// (device, uint64_t *)
#define U64_SYMBOLS(X) \
    X(DeviceGetTotalEnergyConsumption, 0) X(DeviceGetCurrentClocksEventReasons, 535) \
    X(DeviceGetCurrentClocksThrottleReasons, 0) X(DeviceGetSupportedEventTypes, 0)

/// (device, uint32_t which, uint32_t *)
#define INDEXED_SYMBOLS(X) \
    X(DeviceGetTemperature, 0) X(DeviceGetTemperatureThreshold, 0) X(DeviceGetClockInfo, 0) \
    X(DeviceGetMaxClockInfo, 0) X(DeviceGetApplicationsClock, 0) X(DeviceGetFanSpeed_v2, 0)

/// (device, char *, uint32_t)
#define TEXT_SYMBOLS(X) \
    X(DeviceGetName, 0) X(DeviceGetUUID, 0) X(DeviceGetSerial, 0) X(DeviceGetVbiosVersion, 0) \
    X(DeviceGetInforomImageVersion, 0) X(DeviceGetBoardPartNumber, 0)

/// Those with a body of their own, guarded where they stand.
#define OTHER_SYMBOLS(X) \
    X(Init_v2, 0) X(InitWithFlags, 0) X(Shutdown, 0) X(SystemGetDriverVersion, 0) X(SystemGetNVMLVersion, 0) \
    X(SystemGetCudaDriverVersion, 0) X(SystemGetProcessName, 0) X(DeviceGetCount_v2, 0) \
    X(DeviceGetHandleByIndex_v2, 0) X(DeviceGetHandleByPciBusId_v2, 0) X(DeviceGetHandleByUUID, 0) \
    X(DeviceGetPciInfo_v3, 0) X(DeviceGetGspFirmwareVersion, 515) X(DeviceGetUtilizationRates, 0) \
    X(DeviceGetMemoryInfo, 0) X(DeviceGetMemoryInfo_v2, 510) X(DeviceGetBAR1MemoryInfo, 0) \
    X(DeviceGetTemperatureV, 570) X(DeviceGetMarginTemperature, 570) X(DeviceGetFanSpeedRPM, 570) \
    X(DeviceGetGpuFabricInfo, 525) X(DeviceGetGpuFabricInfoV, 550) X(DeviceGetAttributes_v2, 0) \
    X(DeviceGetTotalEccErrors, 0) X(DeviceGetRemappedRows, 0) X(DeviceGetFieldValues, 0) \
    X(DeviceGetComputeRunningProcesses, 0) X(DeviceGetComputeRunningProcesses_v2, 0) \
    X(DeviceGetComputeRunningProcesses_v3, 510) X(DeviceGetGraphicsRunningProcesses, 0) \
    X(DeviceGetGraphicsRunningProcesses_v2, 0) X(DeviceGetGraphicsRunningProcesses_v3, 510) \
    X(DeviceGetMPSComputeRunningProcesses, 0) X(DeviceGetMPSComputeRunningProcesses_v2, 0) \
    X(DeviceGetMPSComputeRunningProcesses_v3, 510) X(DeviceGetMigDeviceHandleByIndex, 0) \
    X(DeviceGetGpuInstanceId, 0) X(DeviceGetComputeInstanceId, 0) X(DeviceRegisterEvents, 0) X(EventSetCreate, 0) \
    X(EventSetWait_v2, 0) X(EventSetFree, 0) X(GpmQueryDeviceSupport, 520) X(GpmSampleAlloc, 520) \
    X(GpmSampleFree, 520) X(GpmSampleGet, 520) X(GpmMigSampleGet, 525) X(GpmMetricsGet, 520)

#define SYMBOLS(X) \
    U32_SYMBOLS(X) PAIR_SYMBOLS(X) U64_SYMBOLS(X) INDEXED_SYMBOLS(X) TEXT_SYMBOLS(X) OTHER_SYMBOLS(X)

enum symbol {
#define X(name, since) SYM_##name,
    SYMBOLS(X)
#undef X
    SYM_COUNT,
};

#endif
