// SPDX-License-Identifier: Apache-2.0

public import Exposition

/// What the agent tells about its collectors, its scrapes and its own process.
public enum AgentMetric: Int, FamilyKey {
    case collectorDuration, collectorSuccess, collectorState, collectorItemsLost
    case scrapeDuration, scrapeSamples, scrapeBytes
    case buildInfo, nodeExporterBuildInfo
    case processCPU, processResident, processVirtual, processVirtualMax, processOpenFDs, processMaxFDs
    case processStart, processThreads

    /// Name, type, labels and help.
    public var family: MetricFamily {
        switch self {
        case .collectorDuration:
            .gauge("node_scrape_collector_duration_seconds", ["collector"], "How long a collector took in this scrape.")
        case .collectorSuccess:
            .gauge("node_scrape_collector_success", ["collector"], "1 where a collector gave its metrics, 0 where not.")
        case .collectorState:
            .gauge(
                "host_collector_state", ["collector", "state"],
                "1 for the state a collector is in: ok, degraded, no_device, kernel_feature_missing, "
                    + "library_missing, no_permission, timed_out or failed.")
        case .collectorItemsLost:
            .gauge(
                "host_collector_items_lost", ["collector"],
                "Lines, files or devices that a collector could not read in this scrape.")
        case .scrapeDuration: .gauge("host_scrape_duration_seconds", [], "How long the last finished scrape took.")
        case .scrapeSamples: .gauge("host_scrape_samples", [], "Samples on the page of the last finished scrape.")
        case .scrapeBytes:
            .gauge("host_scrape_bytes", [], "Size of the page of the last finished scrape, uncompressed.")
        case .buildInfo:
            .gauge(
                "host_exporter_build_info", ["version", "revision", "swift_version"],
                "1, with the version, commit and compiler of this agent as labels.")
        case .nodeExporterBuildInfo:
            .gauge(
                "node_exporter_build_info",
                ["branch", "goarch", "goos", "goversion", "revision", "tags", "version"],
                "1, with the node_exporter version whose series this agent serves, for dashboards that ask for it.")
        case .processCPU:
            .counter("process_cpu_seconds_total", [], "CPU time this agent has used, user and system, in seconds.")
        case .processResident: .gauge("process_resident_memory_bytes", [], "Memory of this agent that is in RAM.")
        case .processVirtual: .gauge("process_virtual_memory_bytes", [], "Address space of this agent.")
        case .processVirtualMax:
            .gauge(
                "process_virtual_memory_max_bytes", [],
                "Address space this agent may have; 1.8446744073709552e+19 for no limit.")
        case .processOpenFDs: .gauge("process_open_fds", [], "File descriptors this agent has open.")
        case .processMaxFDs: .gauge("process_max_fds", [], "File descriptors this agent may have open.")
        case .processStart:
            .gauge("process_start_time_seconds", [], "When this agent was started, in seconds since 1970.")
        case .processThreads: .gauge("process_threads", [], "Threads of this agent.")
        }
    }
}
