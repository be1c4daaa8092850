// SPDX-License-Identifier: Apache-2.0

/// What is known of one collector: whether it runs here, and how it did in the last scrape that asked for it.
public struct CollectorReport: Sendable, Hashable {
    /// The collector's name, as in its flag.
    public let name: String

    /// Whether it runs unless a flag says otherwise.
    public let isDefault: Bool

    /// Whether it runs in this process.
    public let isEnabled: Bool

    /// How it did in the last scrape that asked for it, nil where none has.
    public let state: CollectorState?

    /// Why it is in that state, in one sentence; empty where there is nothing to say.
    public let reason: String

    /// Makes the report of a collector that has been scraped.
    public init(name: String, isDefault: Bool, state: CollectorState, reason: String) {
        self.name = name
        self.isDefault = isDefault
        isEnabled = true
        self.state = state
        self.reason = reason
    }

    /// Makes the report of a collector that no scrape has asked for.
    public init(name: String, isDefault: Bool, isEnabled: Bool) {
        self.name = name
        self.isDefault = isDefault
        self.isEnabled = isEnabled
        state = nil
        reason = ""
    }

    /// The state as a person reads it: the label's value, `off` or `not scraped yet`.
    public var stateText: String {
        state.map { "\($0.name)" } ?? (isEnabled ? "not scraped yet" : "off")
    }
}
