// SPDX-License-Identifier: Apache-2.0

import Exposition

/// The families of GPUs, whoever made them: shared by the collectors nvidia, amdgpu and intelgpu.
enum GPUMetric: Int, FamilyKey {
    case info, utilization, memory, memoryTotal, sharedMemory, sharedMemoryTotal, bar1, temperature, temperatureLimit
    case fanSpeed, fanRPM, power, powerLimit, energy, clock, clockEventActive, clockEventSeconds, performanceState,
        computeMode
    case persistenceMode, pcieGeneration, pcieGenerationMax, pcieWidth, pcieWidthMax, pcieReplays, pcieBytes
    case eccEnabled, eccErrors, retiredPages, retiredPagesPending, remappedRows, remappedRowsPending, remapFailure
    case nvlinkUp, nvlinkBytes, nvlinkErrors, xidErrors, xidLast, recoveryAction, processes, processMemory
    case migMode, migInfo, migMemory, migUtilization, fabricState, gspFirmwareInfo

    /// The labels of a MIG instance: its number on the GPU, and the instances that it consists of.
    private static let mig = ["gpu", "mig", "gpu_instance", "compute_instance"]

    var family: MetricFamily {
        if rawValue <= GPUMetric.clock.rawValue { return measurement }
        if rawValue <= GPUMetric.pcieBytes.rawValue { return operation }
        return rawValue <= GPUMetric.nvlinkErrors.rawValue ? reliability : administration
    }

    private static func gauge(_ name: String, _ labels: [String] = [], _ help: String) -> MetricFamily {
        .gauge("host_gpu_" + name, ["gpu"] + labels, help)
    }

    private static func counter(_ name: String, _ labels: [String] = [], _ help: String) -> MetricFamily {
        .counter("host_gpu_" + name, ["gpu"] + labels, help)
    }

    /// What a GPU does and how warm it gets by it.
    private var measurement: MetricFamily {
        switch self {
        case .utilization:
            Self.gauge("utilization_ratio", ["engine"], "Share of time in which an engine of the GPU was busy, 0 to 1.")
        case .memory: Self.gauge("memory_bytes", ["state"], "The GPU's own memory by use, in bytes.")
        case .memoryTotal: Self.gauge("memory_total_bytes", [], "The GPU's own memory, in bytes.")
        case .sharedMemory:
            Self.gauge(
                "shared_memory_bytes", ["state"],
                "Memory of the host that the GPU uses as its own or maps, by use, in bytes.")
        case .sharedMemoryTotal:
            Self.gauge(
                "shared_memory_total_bytes", [], "Memory of the host that the GPU may use as its own or map, in bytes.")
        case .bar1:
            Self.gauge("bar1_bytes", ["state"], "Memory of the GPU that the CPU can map at once, by use, in bytes.")
        case .temperature:
            Self.gauge("temperature_celsius", ["sensor"], "Temperature of a part of the GPU, in Celsius.")
        case .temperatureLimit:
            Self.gauge(
                "temperature_limit_celsius", ["limit"], "Temperature at which the GPU slows down or stops, in Celsius.")
        case .fanSpeed: Self.gauge("fan_speed_ratio", ["fan"], "Speed that a fan is set to, as a share of the highest.")
        case .fanRPM: Self.gauge("fan_rpm", ["fan"], "Speed of a fan in revolutions per minute.")
        case .power:
            Self.gauge("power_watts", ["window"], "Power that the GPU draws, in watts, averaged over a window.")
        case .powerLimit:
            Self.gauge("power_limit_watts", ["limit"], "Limits of the power that the GPU may draw, in watts.")
        case .energy:
            Self.counter(
                "energy_joules_total", [], "Energy that the GPU has used since its driver was loaded, in joules.")
        case .clock: Self.gauge("clock_hertz", ["domain", "kind"], "Clock of a part of the GPU, in hertz.")
        default:
            Self.gauge(
                "info", ["uuid", "name", "vendor", "device", "vbios", "serial", "driver_version"],
                "What a GPU is, with its PCI address as device; always 1.")
        }
    }

    /// How a GPU is run, and its link to the host.
    private var operation: MetricFamily {
        switch self {
        case .clockEventActive:
            Self.gauge(
                "clock_event_active", ["reason"], "1 while something holds the GPU's clocks down, 0 while it does not.")
        case .clockEventSeconds:
            Self.counter(
                "clock_event_seconds_total", ["reason"],
                "Time for which something has held the GPU's clocks down, in seconds.")
        case .performanceState:
            Self.gauge("performance_state", [], "The GPU's performance state, from 0, the fastest, to 15.")
        case .computeMode: Self.gauge("compute_mode", ["mode"], "Who may compute on the GPU; 1 for the mode in force.")
        case .persistenceMode:
            Self.gauge("persistence_mode", [], "1 where the driver stays loaded for the GPU while nobody uses it.")
        case .pcieGeneration:
            Self.gauge("pcie_link_generation", [], "PCI Express generation that the GPU's link runs at.")
        case .pcieGenerationMax:
            Self.gauge("pcie_link_generation_max", [], "Highest PCI Express generation of the GPU's link.")
        case .pcieWidth: Self.gauge("pcie_link_width", [], "Lanes that the GPU's PCI Express link uses.")
        case .pcieWidthMax: Self.gauge("pcie_link_width_max", [], "Most lanes that the GPU's PCI Express link can use.")
        case .pcieReplays:
            Self.counter("pcie_replays_total", [], "Packets that had to be sent again over the GPU's PCI Express link.")
        default:
            Self.counter("pcie_bytes_total", ["direction"], "Bytes moved over the GPU's PCI Express link.")
        }
    }

    /// What has gone wrong, and links between GPUs.
    private var reliability: MetricFamily {
        switch self {
        case .eccEnabled: Self.gauge("ecc_enabled", [], "1 where the GPU's memory is protected by error correction.")
        case .eccErrors:
            Self.counter(
                "ecc_errors_total", ["type", "window"],
                "Memory errors of the GPU, corrected or not, since the driver was loaded or over the GPU's life.")
        case .retiredPages:
            Self.gauge("retired_pages", ["cause"], "Memory pages that the GPU has taken out of use, by cause.")
        case .retiredPagesPending:
            Self.gauge(
                "retired_pages_pending", [], "1 where memory pages wait for the next start to be taken out of use.")
        case .remappedRows: Self.gauge("remapped_rows", ["cause"], "Memory rows replaced by spare ones, by cause.")
        case .remappedRowsPending:
            Self.gauge("remapped_rows_pending", [], "1 where memory rows wait for a reset of the GPU to be replaced.")
        case .remapFailure:
            Self.gauge("remap_failure", [], "1 where a memory row could not be replaced: the GPU should be exchanged.")
        case .nvlinkUp: Self.gauge("nvlink_up", ["link"], "1 for an NVLink that is up, 0 for one that is down.")
        case .nvlinkBytes: Self.counter("nvlink_bytes_total", ["link", "direction"], "Bytes moved over an NVLink.")
        default: Self.counter("nvlink_errors_total", ["link", "type"], "Errors of an NVLink, by type.")
        }
    }

    /// Events, processes, parts of a GPU and firmware.
    private var administration: MetricFamily {
        switch self {
        case .xidErrors:
            Self.counter(
                "xid_errors_total", ["xid"], "Xid errors that the driver has reported since the agent started.")
        case .xidLast:
            Self.gauge(
                "xid_last_timestamp_seconds", ["xid"], "When an Xid error was reported last, in seconds since 1970.")
        case .recoveryAction:
            Self.gauge(
                "recovery_action", ["action"],
                "What the driver asks for to make the GPU whole; 1 for the action asked for.")
        case .processes: Self.gauge("processes", ["type"], "Processes that use the GPU, by what they use it for.")
        case .processMemory:
            Self.gauge("process_memory_bytes", ["pid", "process"], "The GPU's memory that a process has, in bytes.")
        case .migMode: Self.gauge("mig_mode", [], "1 where the GPU is divided into MIG instances.")
        case .migInfo:
            .gauge("host_gpu_mig_info", Self.mig + ["uuid", "name"], "What a MIG instance of a GPU is; always 1.")
        case .migMemory:
            .gauge("host_gpu_mig_memory_bytes", Self.mig + ["state"], "Memory of a MIG instance by use, in bytes.")
        case .migUtilization:
            .gauge(
                "host_gpu_mig_utilization_ratio", Self.mig + ["engine"],
                "Share of time in which an engine of a MIG instance was busy, 0 to 1.")
        case .fabricState:
            Self.gauge(
                "fabric_state", ["state"], "Registration of the GPU with its NVLink fabric; 1 for the state it is in.")
        default:
            Self.gauge(
                "gsp_firmware_info", ["version"], "Version of the firmware on the GPU's own processor; always 1.")
        }
    }
}
