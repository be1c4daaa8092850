// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition

/// The families of the collector `accel`.
enum AcceleratorMetric: Int, FamilyKey {
    case info, status, clock, powerLimit, busy, memoryUsed, instancesAvailable, isolated

    var family: MetricFamily {
        switch self {
        case .info:
            .gauge(
                "host_accelerator_info", ["device", "kind", "vendor", "driver", "interface", "node"],
                "How the kernel presents an accelerator: its class and its name there; always 1.")
        case .status:
            .gauge(
                "host_accelerator_status", ["device", "status"],
                "1 for the status that the driver of an accelerator gives for it.")
        case .clock:
            .gauge("host_accelerator_clock_hertz", ["device", "kind"], "Clock of an accelerator, in hertz.")
        case .powerLimit:
            .gauge(
                "host_accelerator_power_limit_watts", ["device"], "Power that an accelerator may draw, in watts.")
        case .busy:
            .counter(
                "host_accelerator_busy_seconds_total", ["device"],
                "Time for which an accelerator has worked on jobs, in seconds.")
        case .memoryUsed:
            .gauge(
                "host_accelerator_memory_used_bytes", ["device"],
                "Memory that is in use for an accelerator's jobs, in bytes.")
        case .instancesAvailable:
            .gauge(
                "host_accelerator_instances_available", ["device"],
                "Further users that an accelerator can take at once.")
        case .isolated:
            .gauge(
                "host_accelerator_isolated", ["device"],
                "1 for an accelerator that is kept from use after errors of its hardware.")
        }
    }
}

extension AcceleratorMetric: Measured {
    var quantity: Quantity? {
        switch self {
        case .clock: .clock
        case .powerLimit: .cardPower
        default: nil
        }
    }
}
