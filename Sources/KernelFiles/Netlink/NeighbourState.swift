// SPDX-License-Identifier: Apache-2.0

/// The NUD_* state of a neighbour: one bit, or none.
public struct NeighbourState: OptionSet, Equatable, Hashable, Sendable {
    /// The kernel's bits.
    public let rawValue: UInt16

    /// Takes the kernel's bits as they are.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Asked for, not yet answered.
    public static let incomplete = NeighbourState(rawValue: 0x01)
    /// Confirmed not long ago.
    public static let reachable = NeighbourState(rawValue: 0x02)
    /// Known, not confirmed for a while.
    public static let stale = NeighbourState(rawValue: 0x04)
    /// In use again, waiting for a confirmation.
    public static let delay = NeighbourState(rawValue: 0x08)
    /// Being asked again.
    public static let probe = NeighbourState(rawValue: 0x10)
    /// Did not answer.
    public static let failed = NeighbourState(rawValue: 0x20)
    /// Needs no resolution, such as multicast addresses and all of the loopback interface.
    public static let noARP = NeighbourState(rawValue: 0x40)
    /// Set by the administrator.
    public static let permanent = NeighbourState(rawValue: 0x80)

    /// The state in lower case, as `ip neighbour` names it; empty for a mixture or a state that is not known.
    public var name: String {
        switch self {
        case []: "none"
        case .incomplete: "incomplete"
        case .reachable: "reachable"
        case .stale: "stale"
        case .delay: "delay"
        case .probe: "probe"
        case .failed: "failed"
        case .noARP: "noarp"
        case .permanent: "permanent"
        default: ""
        }
    }
}
