#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks the fake through PyPI's nvidia-ml-py, which knows nothing of our header, and compares every answer.

check-abi.py [FOLDER-WITH-libnvidia-ml.so.1]; without a folder the fake is built into a temporary one.
Prints PASS, or SKIP where the package is missing; exits 1 on any disagreement.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SCRIPT = """profile h200
gpus 3
driver 590.48.01
gpu 0 set UtilizationRates 91 44
gpu 0 process compute 4242 1073741824
gpu 0 process compute 4243 unknown
gpu 0 process graphics 77 4096 3 0
process_name 4242 "/usr/bin/train"
gpu 0 event xid 79
gpu 1 set MigMode 1 1
gpu 1 mig 0 gi 7 ci 0 sms 16 total 18253611008 used 1048576
gpu 1 mig 2 gi 9 ci 0 sms 32 slices 2 total 36507222016 used 2097152
gpu 2 state lost
"""


def restart_with_library() -> None:
    """The dynamic linker reads its path once, at the start of a process."""
    with tempfile.TemporaryDirectory(prefix="fake-nvml-") as folder:
        library = sys.argv[1] if len(sys.argv) > 1 else folder
        if len(sys.argv) < 2:
            subprocess.run([str(HERE / "build"), folder], check=True)
        script = pathlib.Path(folder, "script")
        script.write_text(SCRIPT)
        environment = dict(
            os.environ, LD_LIBRARY_PATH=library, HOST_EXPORTER_FAKE_NVML=str(script), FAKE_ABI_CHILD="1")
        code = subprocess.run([sys.executable, __file__], env=environment).returncode
    sys.exit(code)


failures = []
checked = 0


def same(what, got, wanted):
    global checked
    checked += 1
    if isinstance(got, bytes):
        got = got.decode()
    if got != wanted:
        failures.append(f"{what}: {got!r}, not {wanted!r}")


def refuses(nvml, code, call, *arguments):
    global checked
    checked += 1
    try:
        call(*arguments)
        failures.append(f"{call.__name__}: worked, {code} expected")
    except nvml.NVMLError as error:
        if error.value != code:
            failures.append(f"{call.__name__}: {error.value}, not {code}")


def identity(nvml, gpu):
    same("name", nvml.nvmlDeviceGetName(gpu), "NVIDIA H200")
    same("uuid", nvml.nvmlDeviceGetUUID(gpu), "GPU-200a0000-0000-4000-8000-000000000001")
    same("serial", nvml.nvmlDeviceGetSerial(gpu), "1650024000000")
    same("vbios", nvml.nvmlDeviceGetVbiosVersion(gpu), "96.00.99.00.01")
    same("part number", nvml.nvmlDeviceGetBoardPartNumber(gpu), "692-2G520-0280-501")
    same("gsp", nvml.nvmlDeviceGetGspFirmwareVersion(gpu), "590.48.01")
    same("brand", nvml.nvmlDeviceGetBrand(gpu), nvml.NVML_BRAND_NVIDIA)
    same("architecture", nvml.nvmlDeviceGetArchitecture(gpu), nvml.NVML_DEVICE_ARCH_HOPPER)
    same("compute capability", tuple(nvml.nvmlDeviceGetCudaComputeCapability(gpu)), (9, 0))
    pci = nvml.nvmlDeviceGetPciInfo(gpu)
    same("bus id", pci.busId, "00000000:1B:00.0")
    same("bus", (pci.domain, pci.bus, pci.device), (0, 0x1B, 0))
    same("pci ids", (pci.pciDeviceId, pci.pciSubSystemId), (0x233510DE, 0x18BE10DE))


def values(nvml, gpu):
    rates = nvml.nvmlDeviceGetUtilizationRates(gpu)
    same("utilization", (rates.gpu, rates.memory), (91, 44))
    memory = nvml.nvmlDeviceGetMemoryInfo(gpu, nvml.nvmlMemory_v2)
    same("memory v2", (memory.total, memory.free, memory.used, memory.reserved),
         (150754820096, 149933785088, 183435264, 637599744))
    memory = nvml.nvmlDeviceGetMemoryInfo(gpu)
    same("memory", (memory.total, memory.used), (150754820096, 183435264 + 637599744))
    bar1 = nvml.nvmlDeviceGetBAR1MemoryInfo(gpu)
    same("bar1", (bar1.bar1Total, bar1.bar1Free, bar1.bar1Used), (274877906944, 274876858368, 1048576))
    same("temperature", nvml.nvmlDeviceGetTemperature(gpu, nvml.NVML_TEMPERATURE_GPU), 34)
    same("temperature V", nvml.nvmlDeviceGetTemperatureV(gpu, nvml.NVML_TEMPERATURE_GPU), 34)
    same("threshold", nvml.nvmlDeviceGetTemperatureThreshold(gpu, 1), 90)
    same("margin", nvml.nvmlDeviceGetMarginTemperature(gpu), 54)
    same("power", nvml.nvmlDeviceGetPowerUsage(gpu), 119900)
    same("limits", tuple(nvml.nvmlDeviceGetPowerManagementLimitConstraints(gpu)), (200000, 700000))
    same("energy", nvml.nvmlDeviceGetTotalEnergyConsumption(gpu), 9876543210)
    same("clock", nvml.nvmlDeviceGetClockInfo(gpu, nvml.NVML_CLOCK_MEM), 3201)
    same("highest clock", nvml.nvmlDeviceGetMaxClockInfo(gpu, nvml.NVML_CLOCK_SM), 1980)
    same("clock reasons", nvml.nvmlDeviceGetCurrentClocksEventReasons(gpu), 1)
    same("ecc", tuple(nvml.nvmlDeviceGetEccMode(gpu)), (1, 1))
    same("ecc errors", nvml.nvmlDeviceGetTotalEccErrors(gpu, 0, 1), 7)
    same("rows", tuple(nvml.nvmlDeviceGetRemappedRows(gpu)), (1, 0, 0, 0))
    same("encoder", tuple(nvml.nvmlDeviceGetEncoderUtilization(gpu)), (0, 167000))
    fabric = nvml.c_nvmlGpuFabricInfo_v2_t()
    nvml.nvmlDeviceGetGpuFabricInfoV(gpu, nvml.byref(fabric))
    same("fabric", (fabric.state, fabric.status, fabric.cliqueId, fabric.healthMask), (3, 0, 32766, 0x55))


def lists(nvml, gpu):
    found = nvml.nvmlDeviceGetComputeRunningProcesses_v3(gpu)
    same("processes", [(p.pid, p.usedGpuMemory) for p in found], [(4242, 1073741824), (4243, None)])
    found = nvml.nvmlDeviceGetGraphicsRunningProcesses_v3(gpu)
    same("instances", [(p.pid, p.gpuInstanceId, p.computeInstanceId) for p in found], [(77, 3, 0)])
    same("process name", nvml.nvmlSystemGetProcessName(4242), "/usr/bin/train")
    wanted = [82, 83, 185, 230, 193, (165, 4), (138, 0xFFFFFFFF), 15]
    fields = nvml.nvmlDeviceGetFieldValues(gpu, wanted)
    same("field codes", [f.nvmlReturn for f in fields], [0] * 7 + [3])
    same("memory temperature", fields[0].value.uiVal, 41)
    same("energy field", fields[1].value.ullVal, 9876543210)
    same("average power", fields[2].value.uiVal, 120500)
    same("recovery action", fields[3].value.uiVal, 0)
    same("shutdown margin", (fields[4].valueType, fields[4].value.siVal), (nvml.NVML_VALUE_TYPE_SIGNED_INT, -8))
    same("link state", (fields[5].scopeId, fields[5].value.ullVal), (4, 1))
    same("all links", fields[6].value.ullVal, 18000)
    same("latency", fields[0].latencyUsec, 2)


def others(nvml, gpu, parted):
    same("mig mode", tuple(nvml.nvmlDeviceGetMigMode(parted)), (1, 1))
    refuses(nvml, 6, nvml.nvmlDeviceGetMigDeviceHandleByIndex, parted, 1)
    instance = nvml.nvmlDeviceGetMigDeviceHandleByIndex(parted, 2)
    same("gpu instance", nvml.nvmlDeviceGetGpuInstanceId(instance), 9)
    attributes = nvml.nvmlDeviceGetAttributes_v2(instance)
    same("attributes", (attributes.multiprocessorCount, attributes.gpuInstanceSliceCount, attributes.memorySizeMB),
         (32, 2, 36507222016 >> 20))
    same("mig memory", nvml.nvmlDeviceGetMemoryInfo(instance, nvml.nvmlMemory_v2).used, 2097152)
    refuses(nvml, 3, nvml.nvmlDeviceGetUtilizationRates, parted)
    events = nvml.nvmlEventSetCreate()
    nvml.nvmlDeviceRegisterEvents(gpu, nvml.nvmlEventTypeXidCriticalError, events)
    event = nvml.nvmlEventSetWait_v2(events, 500)
    same("event", (event.eventType, event.eventData), (8, 79))
    refuses(nvml, 10, nvml.nvmlEventSetWait_v2, events, 10)
    nvml.nvmlEventSetFree(events)
    same("gpm support", nvml.nvmlGpmQueryDeviceSupport(gpu).isSupportedDevice, 1)
    older, newer = nvml.nvmlGpmSampleAlloc(), nvml.nvmlGpmSampleAlloc()
    nvml.nvmlGpmSampleGet(gpu, older)
    nvml.nvmlGpmSampleGet(gpu, newer)
    request = nvml.c_nvmlGpmMetricsGet_t()
    request.version, request.numMetrics, request.sample1, request.sample2 = 1, 2, older, newer
    request.metrics[0].metricId, request.metrics[1].metricId = 2, 61
    nvml.nvmlGpmMetricsGet(request)
    same("gpm", (request.metrics[0].value, request.metrics[1].value), (2.5, 61.5))
    nvml.nvmlGpmSampleFree(older)
    nvml.nvmlGpmSampleFree(newer)


def main():
    try:
        import pynvml as nvml
    except ImportError:
        print("SKIP: nvidia-ml-py is not installed (pip install nvidia-ml-py)")
        return 0
    if "FAKE_ABI_CHILD" not in os.environ:
        restart_with_library()
    nvml.nvmlInit()
    same("driver", nvml.nvmlSystemGetDriverVersion(), "590.48.01")
    same("cuda", nvml.nvmlSystemGetCudaDriverVersion(), 13010)
    same("count", nvml.nvmlDeviceGetCount(), 3)
    gpu = nvml.nvmlDeviceGetHandleByPciBusId("0000:1b:00.0")
    parted = nvml.nvmlDeviceGetHandleByIndex(1)
    refuses(nvml, 15, nvml.nvmlDeviceGetHandleByIndex, 2)
    refuses(nvml, 6, nvml.nvmlDeviceGetHandleByPciBusId, "0000:ff:00.0")
    identity(nvml, gpu)
    values(nvml, gpu)
    lists(nvml, gpu)
    others(nvml, gpu, parted)
    nvml.nvmlShutdown()
    refuses(nvml, 1, nvml.nvmlDeviceGetCount)
    for failure in failures:
        print("FAIL:", failure)
    if not failures:
        print(f"PASS: {checked} answers agree with nvidia-ml-py")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
