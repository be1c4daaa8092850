// SPDX-License-Identifier: Apache-2.0

import Exposition

/// The families that Daena's dashboards and rules read.
enum DaenaMetric: Int, FamilyKey {
    case summary, memoryUsed, memoryLimit, deviceAvailable
    case cpuUsage, memory, diskUsage, networkBytes, threads, fileHandles, sockets
    case gpuUsage, gpuTemperature, gpuMemory, gpuMemoryTotal

    var family: MetricFamily {
        switch self {
        case .summary:
            .gauge(
                "daena_memory_metric", ["name"],
                "The host in a few numbers: cpu_usage, memory_usage and disk_usage in percent, network_io_bytes_sent "
                    + "and network_io_bytes_recv in bytes since boot over all interfaces.")
        case .memoryUsed: .gauge("daena_memory_usage_bytes", [], "Memory in use, in bytes.")
        case .memoryLimit: .gauge("daena_memory_limit_bytes", [], "Memory of the host, in bytes.")
        case .deviceAvailable:
            .gauge(
                "daena_device_available", ["device_type"],
                "1 where at least one device of the type is usable, 0 where none is.")
        case .cpuUsage:
            .gauge(
                "sunflower_cpu_usage_percent", ["cpu"], "Busy share of the CPU's time over the last seconds, 0 to 100.")
        case .memory:
            .gauge(
                "sunflower_memory_usage_bytes", ["type"],
                "Memory and swap in bytes: virtual and swap in use, virtual_total and swap_total altogether.")
        case .diskUsage:
            .gauge(
                "sunflower_disk_usage_percent", ["mount"],
                "Used share of what users can have of the file system, 0 to 100.")
        case .networkBytes:
            .counter("sunflower_network_bytes_total", ["direction", "interface"], "Bytes sent or received since boot.")
        case .threads: .gauge("sunflower_thread_count", [], "Threads on the host.")
        case .fileHandles: .gauge("sunflower_file_handles", [], "Open files on the host.")
        case .sockets: .gauge("sunflower_socket_connections", [], "Sockets in use on the host.")
        case .gpuUsage: .gauge("sunflower_gpu_usage_percent", ["gpu_id"], "Busy share of the GPU's time, 0 to 100.")
        case .gpuTemperature:
            .gauge("sunflower_gpu_temperature_celsius", ["gpu_id"], "Temperature of the GPU, in degrees Celsius.")
        case .gpuMemory: .gauge("sunflower_gpu_memory_bytes", ["gpu_id"], "Memory of the GPU in use, in bytes.")
        case .gpuMemoryTotal: .gauge("sunflower_gpu_memory_total_bytes", ["gpu_id"], "Memory of the GPU, in bytes.")
        }
    }
}
