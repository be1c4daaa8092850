// SPDX-License-Identifier: Apache-2.0

/// One row of the collector table on the landing page.
public struct CollectorStatus: Sendable, Hashable {
    /// The collector's name, as in its flag.
    public var name: String

    /// Whether it runs in this process.
    public var isEnabled: Bool

    /// Whether it runs unless a flag says otherwise.
    public var isDefault: Bool

    /// The state that its last scrape ended in, a value of the label `state` of `host_collector_state`.
    public var state: String

    /// Why it is in that state; empty where there is nothing to say.
    public var reason: String

    /// Makes a row.
    public init(name: String, isEnabled: Bool, isDefault: Bool, state: String, reason: String) {
        self.name = name
        self.isEnabled = isEnabled
        self.isDefault = isDefault
        self.state = state
        self.reason = reason
    }
}
