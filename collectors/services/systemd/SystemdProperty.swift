// SPDX-License-Identifier: Apache-2.0

/// A property of a unit that has to be asked for by itself, because the list of units does not have it.
///
/// Source: org.freedesktop.systemd1(5).
enum SystemdProperty {
    case serviceType, mountType, restarts, startTime, tasksCurrent, tasksMax, lastTrigger, accepted, connections
    case refused

    /// The interface that it belongs to.
    var interface: String {
        switch self {
        case .serviceType, .restarts, .tasksCurrent, .tasksMax: "org.freedesktop.systemd1.Service"
        case .mountType: "org.freedesktop.systemd1.Mount"
        case .startTime: "org.freedesktop.systemd1.Unit"
        case .lastTrigger: "org.freedesktop.systemd1.Timer"
        case .accepted, .connections, .refused: "org.freedesktop.systemd1.Socket"
        }
    }

    /// Its name there.
    var name: String {
        switch self {
        case .serviceType, .mountType: "Type"
        case .restarts: "NRestarts"
        case .startTime: "ActiveEnterTimestamp"
        case .tasksCurrent: "TasksCurrent"
        case .tasksMax: "TasksMax"
        case .lastTrigger: "LastTriggerUSec"
        case .accepted: "NAccepted"
        case .connections: "NConnections"
        case .refused: "NRefused"
        }
    }

    /// The family of its value; nil for what becomes a label.
    var metric: SystemdMetric? {
        switch self {
        case .serviceType, .mountType: nil
        case .restarts: .restarts
        case .startTime: .startTime
        case .tasksCurrent: .tasksCurrent
        case .tasksMax: .tasksMax
        case .lastTrigger: .lastTrigger
        case .accepted: .accepted
        case .connections: .connections
        case .refused: .refused
        }
    }

    /// True for 64 bits, false for 32.
    var isLong: Bool {
        switch self {
        case .restarts, .accepted, .connections, .refused: false
        default: true
        }
    }

    /// True for a time in microseconds.
    var isTime: Bool { self == .startTime || self == .lastTrigger }
}
