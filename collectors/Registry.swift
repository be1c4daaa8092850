// SPDX-License-Identifier: Apache-2.0

public import CollectorKit

/// The one list of collectors, sorted by name.
public enum Registry {
    /// Every collector that this program has.
    public static let entries: [CollectorEntry] = [
        CollectorEntry(CPUCollector.self),
        CollectorEntry(CpufreqCollector.self),
        CollectorEntry(LoadavgCollector.self),
        CollectorEntry(StatCollector.self),
    ]
}
