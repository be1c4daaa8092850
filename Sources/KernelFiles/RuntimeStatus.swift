// SPDX-License-Identifier: Apache-2.0

/// What runtime power management says of a device: the words of `power/runtime_status`.
///
/// The one place where it is judged whether a device sleeps. Source: kernel Documentation/power/runtime_pm.rst.
public enum RuntimeStatus: String, Sendable, CaseIterable {
    /// The device runs.
    case active
    /// The device sleeps; to ask its driver wakes it.
    case suspended
    /// On its way into sleep; to ask its driver turns it back.
    case suspending
    /// On its way out of sleep.
    case resuming
    /// Runtime power management does not handle this device, which therefore runs.
    case unsupported
    /// A callback of the driver has failed, and runtime power management leaves the device as it is: it runs.
    case error
    /// The kernel does not say, or says what nobody knows.
    case unknown

    /// The status of a word.
    public init(word: String) {
        self = RuntimeStatus(rawValue: word) ?? .unknown
    }

    /// The status of a word, with or without the line feed behind it.
    ///
    /// Allocates nothing.
    public init(word: Bytes) {
        let word = word.trimmed
        self =
            if word == "active" {
                .active
            } else if word == "suspended" {
                .suspended
            } else if word == "unsupported" {
                .unsupported
            } else if word == "suspending" {
                .suspending
            } else if word == "resuming" {
                .resuming
            } else if word == "error" {
                .error
            } else {
                .unknown
            }
    }

    /// Whether the device sleeps or is about to, so that nothing of it may be read that asks its driver.
    ///
    /// A device that resumes does not: somebody has woken it already, and to ask it now costs a wait at most. Neither
    /// does one of which nothing is known: what is not said to sleep is read.
    public var isAsleep: Bool { self == .suspended || self == .suspending }

    /// Whether the word settles the matter for the devices above too: a device that runs keeps those awake.
    public var isDecisive: Bool {
        switch self {
        case .active, .suspended, .suspending, .resuming, .error: true
        case .unsupported, .unknown: false
        }
    }
}
