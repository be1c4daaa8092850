// SPDX-License-Identifier: Apache-2.0

public import CollectorKit

/// How a collector did in a scrape: the label `state` of `host_collector_state`.
public enum CollectorVerdict: Sendable, Equatable {
    case ok, degraded, failed, noDevice, kernelFeatureMissing, libraryMissing, noPermission, timedOut

    /// The verdict of an outcome.
    public init(_ outcome: CollectorOutcome, itemsLost: Int) {
        switch outcome {
        case .available: self = itemsLost > 0 ? .degraded : .ok
        case .absent(let absence): self = CollectorVerdict(absence.reason)
        case .failed(.busy): self = .timedOut
        case .failed(let error): self = error.isPermission ? .noPermission : .failed
        }
    }

    private init(_ reason: Absence.Reason) {
        switch reason {
        case .noDevice: self = .noDevice
        case .kernelFeatureMissing: self = .kernelFeatureMissing
        case .libraryMissing: self = .libraryMissing
        case .noPermission: self = .noPermission
        }
    }

    /// The label's value as text.
    public var name: String { "\(text)" }

    /// The label's value.
    var text: StaticString {
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

/// The verdict on one collector with its reason in words.
public struct CollectorReport: Sendable, Equatable {
    /// The collector.
    public let name: String
    /// How it did in the last scrape that asked for it.
    public let verdict: CollectorVerdict
    /// Why, in one sentence; empty where all is well.
    public let reason: String
}
