// SPDX-License-Identifier: Apache-2.0

/// How a collector did in a scrape: the label `state` of `host_collector_state`.
public enum CollectorState: Sendable, Hashable, CaseIterable {
    /// It gave its metrics.
    case ok

    /// It gave its metrics, but lost a line, a file or a device.
    case degraded

    /// It could not give its metrics.
    case failed

    /// The host has no device of its kind.
    case noDevice

    /// The kernel does not offer what it reads.
    case kernelFeatureMissing

    /// A library that it needs is not installed.
    case libraryMissing

    /// The kernel refused this process what it reads.
    case noPermission

    /// It did not come back before the page had to go out.
    case timedOut

    /// The label's value.
    public var name: StaticString {
        switch self {
        case .ok: "ok"
        case .degraded: "degraded"
        case .failed: "failed"
        case .noDevice: "no_device"
        case .kernelFeatureMissing: "kernel_feature_missing"
        case .libraryMissing: "library_missing"
        case .noPermission: "no_permission"
        case .timedOut: "timed_out"
        }
    }

    /// True where the collector gave what there is to give.
    public var isGood: Bool { self == .ok || self == .degraded }

    /// True where the host has nothing for it, which is an answer and no trouble.
    public var isAbsence: Bool { self == .noDevice || self == .kernelFeatureMissing || self == .libraryMissing }
}
