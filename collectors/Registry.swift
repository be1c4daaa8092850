// SPDX-License-Identifier: Apache-2.0

public import CollectorKit

/// The one list of collectors, sorted by name.
public enum Registry {
    /// The flag that says where the text files are, for the command that puts files there.
    public static var textfileDirectory: Flag<[String]> { TextfileCollector.directory }

    /// Every collector that this program has.
    public static let entries: [CollectorEntry] = [
        CollectorEntry(AccelCollector.self),
        CollectorEntry(AmdgpuCollector.self),
        CollectorEntry(ARPCollector.self),
        CollectorEntry(BcacheCollector.self),
        CollectorEntry(BcachefsCollector.self),
        CollectorEntry(BondingCollector.self),
        CollectorEntry(BtrfsCollector.self),
        CollectorEntry(BuddyinfoCollector.self),
        CollectorEntry(CgroupsCollector.self),
        CollectorEntry(ConntrackCollector.self),
        CollectorEntry(CPUCollector.self),
        CollectorEntry(CPUVulnerabilitiesCollector.self),
        CollectorEntry(CpufreqCollector.self),
        CollectorEntry(DaenaCollector.self),
        CollectorEntry(DevicesCollector.self),
        CollectorEntry(DiskstatsCollector.self),
        CollectorEntry(DMICollector.self),
        CollectorEntry(DmmultipathCollector.self),
        CollectorEntry(DRBDCollector.self),
        CollectorEntry(EntropyCollector.self),
        CollectorEntry(EthtoolCollector.self),
        CollectorEntry(FibrechannelCollector.self),
        CollectorEntry(FilefdCollector.self),
        CollectorEntry(FilesystemCollector.self),
        CollectorEntry(HwmonCollector.self),
        CollectorEntry(InfinibandCollector.self),
        CollectorEntry(IntelgpuCollector.self),
        CollectorEntry(InterruptsCollector.self),
        CollectorEntry(IPVSCollector.self),
        CollectorEntry(KernelHungCollector.self),
        CollectorEntry(KsmdCollector.self),
        CollectorEntry(LnstatCollector.self),
        CollectorEntry(LoadavgCollector.self),
        CollectorEntry(LogindCollector.self),
        CollectorEntry(MdadmCollector.self),
        CollectorEntry(MeminfoCollector.self),
        CollectorEntry(MeminfoNUMACollector.self),
        CollectorEntry(NetclassCollector.self),
        CollectorEntry(NetdevCollector.self),
        CollectorEntry(NetstatCollector.self),
        CollectorEntry(NetworkRouteCollector.self),
        CollectorEntry(NVIDIACollector.self),
        CollectorEntry(NVMeCollector.self),
        CollectorEntry(NVMeSubsystemCollector.self),
        CollectorEntry(OSCollector.self),
        CollectorEntry(PowersupplyclassCollector.self),
        CollectorEntry(PressureCollector.self),
        CollectorEntry(ProcessesCollector.self),
        CollectorEntry(QdiscCollector.self),
        CollectorEntry(RaplCollector.self),
        CollectorEntry(SchedstatCollector.self),
        CollectorEntry(SELinuxCollector.self),
        CollectorEntry(SensorsCollector.self),
        CollectorEntry(SlabinfoCollector.self),
        CollectorEntry(SockstatCollector.self),
        CollectorEntry(SoftirqsCollector.self),
        CollectorEntry(SoftnetCollector.self),
        CollectorEntry(StatCollector.self),
        CollectorEntry(SwapCollector.self),
        CollectorEntry(SysctlCollector.self),
        CollectorEntry(SystemdCollector.self),
        CollectorEntry(TapestatsCollector.self),
        CollectorEntry(TcpstatCollector.self),
        CollectorEntry(TextfileCollector.self),
        CollectorEntry(ThermalZoneCollector.self),
        CollectorEntry(TimeCollector.self),
        CollectorEntry(TimexCollector.self),
        CollectorEntry(UDPQueuesCollector.self),
        CollectorEntry(UnameCollector.self),
        CollectorEntry(VmstatCollector.self),
        CollectorEntry(WatchdogCollector.self),
        CollectorEntry(WifiCollector.self),
        CollectorEntry(XfrmCollector.self),
        CollectorEntry(XFSCollector.self),
        CollectorEntry(ZoneinfoCollector.self),
        CollectorEntry(ZFSCollector.self),
    ]

    /// The names of the collectors that are switched on.
    public static func enabled(by options: Options) -> Set<String> {
        Set(entries.map(\.descriptor).filter { $0.isEnabled(by: options) }.map(\.name))
    }
}
