// SPDX-License-Identifier: Apache-2.0

import Exposition

/// The families of GPUs of every maker, shared by the nvidia, amdgpu and intelgpu collectors. The label `gpu` is the
/// number that `nvidia-smi` shows.
enum GPUMetric: Int, MetricKey {
    case info, utilizationRatio, memoryBytes, memoryTotalBytes, bar1Bytes
    case temperatureCelsius, temperatureLimitCelsius, fanSpeedRatio, fanRPM
    case powerWatts, powerLimitWatts, energyJoules
    case clockHertz, clockEventActive, clockEventSeconds
    case performanceState, computeMode, persistenceMode
    case pcieLinkGeneration, pcieLinkGenerationMax, pcieLinkWidth, pcieLinkWidthMax, pcieReplays, pcieBytes
    case eccEnabled, eccErrors, retiredPages, retiredPagesPending
    case remappedRows, remappedRowsPending, remapFailure
    case nvlinkUp, nvlinkBytes, nvlinkErrors
    case xidErrors, xidLastTimestamp, recoveryAction
    case processes, processMemoryBytes
    case migMode, migInfo, migMemoryBytes, migUtilizationRatio
    case fabricState, gspFirmwareInfo

    var family: MetricFamily {
        switch self {
        case .info:
            .gauge(
                "host_gpu_info",
                ["gpu", "uuid", "name", "vendor", "device", "vbios", "serial", "driver_version"],
                "1, with what a GPU is as labels; device is its PCI address, serial is empty unless asked for.")
        case .utilizationRatio:
            .gauge(
                "host_gpu_utilization_ratio", ["gpu", "engine"],
                "Share of time in which an engine was busy, 0 to 1, over the driver's own window.")
        case .memoryBytes: .gauge("host_gpu_memory_bytes", ["gpu", "state"], "Memory of a GPU by use.")
        case .memoryTotalBytes: .gauge("host_gpu_memory_total_bytes", ["gpu"], "Memory of a GPU.")
        case .bar1Bytes:
            .gauge("host_gpu_bar1_bytes", ["gpu", "state"], "Window through which the host sees the memory, by use.")
        case .temperatureCelsius:
            .gauge("host_gpu_temperature_celsius", ["gpu", "sensor"], "Temperature that a sensor of a GPU measures.")
        case .temperatureLimitCelsius:
            .gauge(
                "host_gpu_temperature_limit_celsius", ["gpu", "limit"], "Temperature at which something happens.")
        case .fanSpeedRatio:
            .gauge(
                "host_gpu_fan_speed_ratio", ["gpu", "fan"], "Speed that a fan aims for, as a share of the highest.")
        case .fanRPM: .gauge("host_gpu_fan_rpm", ["gpu", "fan"], "Measured speed of a fan, in turns per minute.")
        case .powerWatts:
            .gauge(
                "host_gpu_power_watts", ["gpu", "window"],
                "Power that a GPU draws: usage is the classic figure of its tools, average is over one second, instant "
                    + "is momentary.")
        case .powerLimitWatts: .gauge("host_gpu_power_limit_watts", ["gpu", "limit"], "Limits of the power.")
        case .energyJoules:
            .counter("host_gpu_energy_joules_total", ["gpu"], "Energy drawn since the driver was loaded.")
        default: familyOfState
        }
    }

    private var familyOfState: MetricFamily {
        switch self {
        case .clockHertz: .gauge("host_gpu_clock_hertz", ["gpu", "domain", "kind"], "Clocks, as they are and at most.")
        case .clockEventActive:
            .gauge("host_gpu_clock_event_active", ["gpu", "reason"], "1 while a reason holds the clocks down.")
        case .clockEventSeconds:
            .counter(
                "host_gpu_clock_event_seconds_total", ["gpu", "reason"],
                "How long a reason has held the clocks down since the driver was loaded.")
        case .performanceState:
            .gauge("host_gpu_performance_state", ["gpu"], "Performance state, 0 for the fastest to 15.")
        case .computeMode:
            .gauge(
                "host_gpu_compute_mode", ["gpu", "mode"], "1 for the mode that says which processes may compute.")
        case .persistenceMode:
            .gauge(
                "host_gpu_persistence_mode", ["gpu"], "1 where the driver keeps the GPU initialised without users.")
        case .pcieLinkGeneration: .gauge("host_gpu_pcie_link_generation", ["gpu"], "PCIe generation in use.")
        case .pcieLinkGenerationMax:
            .gauge("host_gpu_pcie_link_generation_max", ["gpu"], "Highest PCIe generation of GPU and slot.")
        case .pcieLinkWidth: .gauge("host_gpu_pcie_link_width", ["gpu"], "PCIe lanes in use.")
        case .pcieLinkWidthMax: .gauge("host_gpu_pcie_link_width_max", ["gpu"], "Most PCIe lanes of GPU and slot.")
        case .pcieReplays: .counter("host_gpu_pcie_replays_total", ["gpu"], "PCIe packets that were sent again.")
        case .pcieBytes:
            .counter(
                "host_gpu_pcie_bytes_total", ["gpu", "direction"],
                "Bytes over PCIe, transmitted or received by the GPU.")
        case .eccEnabled: .gauge("host_gpu_ecc_enabled", ["gpu"], "1 where memory errors are corrected.")
        case .eccErrors:
            .counter(
                "host_gpu_ecc_errors_total", ["gpu", "type", "window"],
                "Memory errors since the driver was loaded (volatile) and in the life of the board (aggregate).")
        case .retiredPages:
            .gauge("host_gpu_retired_pages", ["gpu", "cause"], "Memory pages that were taken out of use.")
        case .retiredPagesPending:
            .gauge("host_gpu_retired_pages_pending", ["gpu"], "1 where pages wait for a restart to be taken out.")
        case .remappedRows:
            .gauge("host_gpu_remapped_rows", ["gpu", "cause"], "Memory rows that were replaced by spare ones.")
        case .remappedRowsPending:
            .gauge("host_gpu_remapped_rows_pending", ["gpu"], "1 where rows wait for a reset to be replaced.")
        case .remapFailure:
            .gauge("host_gpu_remap_failure", ["gpu"], "1 where a row could not be replaced: exchange the board.")
        default: familyOfFabric
        }
    }

    private var familyOfFabric: MetricFamily {
        let instance = ["gpu", "gpu_instance", "compute_instance"]
        return switch self {
        case .nvlinkUp: .gauge("host_gpu_nvlink_up", ["gpu", "link"], "1 where a link between GPUs is up.")
        case .nvlinkBytes:
            .counter(
                "host_gpu_nvlink_bytes_total", ["gpu", "link", "direction"],
                "Payload over links between GPUs; link is all where links are not shown one by one.")
        case .nvlinkErrors:
            .counter("host_gpu_nvlink_errors_total", ["gpu", "link", "type"], "Errors of links between GPUs.")
        case .xidErrors:
            .counter(
                "host_gpu_xid_errors_total", ["gpu", "xid"],
                "Error messages of the driver by number, since the agent watches.")
        case .xidLastTimestamp:
            .gauge(
                "host_gpu_xid_last_timestamp_seconds", ["gpu", "xid"],
                "When such a message came last, in seconds since 1970.")
        case .recoveryAction:
            .gauge("host_gpu_recovery_action", ["gpu", "action"], "1 for what the driver wants done, or none.")
        case .processes: .gauge("host_gpu_processes", ["gpu", "type"], "Processes that use a GPU.")
        case .processMemoryBytes:
            .gauge(
                "host_gpu_process_memory_bytes", ["gpu", "pid", "process"],
                "Memory that a process has taken; only those with the most are shown.")
        case .migMode: .gauge("host_gpu_mig_mode", ["gpu"], "1 where the GPU is divided into instances (MIG).")
        case .migInfo:
            .gauge(
                "host_gpu_mig_info", instance + ["mig", "uuid", "profile", "multiprocessors"],
                "1, with what a MIG instance is as labels.")
        case .migMemoryBytes:
            .gauge("host_gpu_mig_memory_bytes", instance + ["state"], "Memory of a MIG instance by use.")
        case .migUtilizationRatio:
            .gauge(
                "host_gpu_mig_utilization_ratio", ["gpu", "gpu_instance", "engine"],
                "Share of time in which an engine of a MIG GPU instance was busy, since the last scrape.")
        case .fabricState:
            .gauge(
                "host_gpu_fabric_state", ["gpu", "state"], "1 for the state of the registration with the NVLink fabric."
            )
        default:
            .gauge("host_gpu_gsp_firmware_info", ["gpu", "version"], "1, with the version of the GSP firmware.")
        }
    }
}
