// SPDX-License-Identifier: Apache-2.0

public import CollectorKit

/// The one list of collectors, sorted by name.
public enum Registry {
    /// Every collector that this program has.
    public static let entries: [CollectorEntry] = [
        CollectorEntry(ARPCollector.self),
        CollectorEntry(ConntrackCollector.self),
        CollectorEntry(CPUCollector.self),
        CollectorEntry(CpufreqCollector.self),
        CollectorEntry(DiskstatsCollector.self),
        CollectorEntry(HwmonCollector.self),
        CollectorEntry(LoadavgCollector.self),
        CollectorEntry(NetclassCollector.self),
        CollectorEntry(NetdevCollector.self),
        CollectorEntry(NetstatCollector.self),
        CollectorEntry(PowersupplyclassCollector.self),
        CollectorEntry(RaplCollector.self),
        CollectorEntry(SockstatCollector.self),
        CollectorEntry(SoftnetCollector.self),
        CollectorEntry(StatCollector.self),
        CollectorEntry(ThermalZoneCollector.self),
        CollectorEntry(UDPQueuesCollector.self),
    ]
}
