// SPDX-License-Identifier: Apache-2.0

import Exposition

/// The families of the collector `systemd`.
enum SystemdMetric: Int, FamilyKey {
    case unitState, startTime, tasksCurrent, tasksMax, running, units, restarts, lastTrigger, accepted, connections
    case refused, version, virtualization

    var family: MetricFamily {
        switch self {
        case .unitState:
            .gauge(
                "node_systemd_unit_state", ["name", "state", "type"],
                "1 for the state that a unit is in, 0 for the others; the type is that of a service or of a mount.")
        case .startTime:
            .gauge(
                "node_systemd_unit_start_time_seconds", ["name"],
                "Unix time at which a unit became active; 0 where it is not.")
        case .tasksCurrent: .gauge("node_systemd_unit_tasks_current", ["name"], "Tasks that a service has now.")
        case .tasksMax: .gauge("node_systemd_unit_tasks_max", ["name"], "Tasks that a service may have.")
        case .running:
            .gauge(
                "node_systemd_system_running", [],
                "1 where systemd has come up and no unit has failed, as systemctl is-system-running has it.")
        case .units: .gauge("node_systemd_units", ["state"], "Units that are in a state, those not shown included.")
        case .restarts:
            .counter("node_systemd_service_restart_total", ["name"], "Times that systemd restarted a service.")
        case .lastTrigger:
            .gauge(
                "node_systemd_timer_last_trigger_seconds", ["name"],
                "Unix time at which a timer elapsed last; 0 where it never has.")
        case .accepted:
            .counter(
                "node_systemd_socket_accepted_connections_total", ["name"], "Connections that a socket has accepted.")
        case .connections:
            .gauge("node_systemd_socket_current_connections", ["name"], "Connections that a socket has now.")
        case .refused:
            .gauge(
                "node_systemd_socket_refused_connections_total", ["name"], "Connections that a socket has refused.")
        case .version:
            .gauge("node_systemd_version", ["version"], "Version of systemd as a number, the label has all of it.")
        case .virtualization:
            .gauge(
                "node_systemd_virtualization_info", ["virtualization_type"],
                "What the host is virtualised with, none for bare metal; always 1.")
        }
    }
}
