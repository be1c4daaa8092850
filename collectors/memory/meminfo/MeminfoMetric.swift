// SPDX-License-Identifier: Apache-2.0

/// A line of /proc/meminfo that is shown.
///
/// The others are left out, as node_exporter leaves them out.
struct MeminfoField: Sendable {
    /// The kernel's word for it.
    let key: StaticString
    /// What follows `node_memory_` in the metric's name.
    let name: String
    /// What it means.
    let help: String

    private init(_ key: StaticString, _ name: String, _ help: String) {
        self.key = key
        self.name = name
        self.help = help
    }

    /// All lines that are shown, sorted by the kernel's word.
    static let all: [MeminfoField] = [
        MeminfoField("Active", "Active_bytes", "Memory used lately, page cache included, in bytes."),
        MeminfoField("Active(anon)", "Active_anon_bytes", "Memory of processes used lately, in bytes."),
        MeminfoField("Active(file)", "Active_file_bytes", "Page cache used lately, in bytes."),
        MeminfoField(
            "AnonHugePages", "AnonHugePages_bytes", "Memory of processes in transparent huge pages, in bytes."),
        MeminfoField("AnonPages", "AnonPages_bytes", "Memory of processes that no file stands behind, in bytes."),
        MeminfoField("Bounce", "Bounce_bytes", "Memory for devices that cannot reach all of it, in bytes."),
        MeminfoField("Buffers", "Buffers_bytes", "Cache of raw disk blocks, in bytes."),
        MeminfoField("Cached", "Cached_bytes", "Page cache without buffers and cached swap, in bytes."),
        MeminfoField("CmaFree", "CmaFree_bytes", "Free part of the contiguous memory allocator, in bytes."),
        MeminfoField("CmaTotal", "CmaTotal_bytes", "Memory of the contiguous memory allocator, in bytes."),
        MeminfoField(
            "CommitLimit", "CommitLimit_bytes", "Memory that may be promised under strict overcommit, in bytes."),
        MeminfoField("Committed_AS", "Committed_AS_bytes", "Memory that has been promised to processes, in bytes."),
        MeminfoField("DirectMap1G", "DirectMap1G_bytes", "Kernel's own map of memory in pages of 1 GiB, in bytes."),
        MeminfoField("DirectMap2M", "DirectMap2M_bytes", "Kernel's own map of memory in pages of 2 MiB, in bytes."),
        MeminfoField("DirectMap4k", "DirectMap4k_bytes", "Kernel's own map of memory in pages of 4 KiB, in bytes."),
        MeminfoField("Dirty", "Dirty_bytes", "Memory that waits to be written to disk, in bytes."),
        MeminfoField(
            "HardwareCorrupted", "HardwareCorrupted_bytes", "Memory taken out of use because it is broken, in bytes."),
        MeminfoField("HugePages_Free", "HugePages_Free", "Huge pages that are free."),
        MeminfoField("HugePages_Rsvd", "HugePages_Rsvd", "Huge pages that are promised and not yet given out."),
        MeminfoField("HugePages_Surp", "HugePages_Surp", "Huge pages above the configured number."),
        MeminfoField("HugePages_Total", "HugePages_Total", "Huge pages in the pool."),
        MeminfoField("Hugepagesize", "Hugepagesize_bytes", "Size of a huge page, in bytes."),
        MeminfoField("Inactive", "Inactive_bytes", "Memory not used lately, page cache included, in bytes."),
        MeminfoField("Inactive(anon)", "Inactive_anon_bytes", "Memory of processes not used lately, in bytes."),
        MeminfoField("Inactive(file)", "Inactive_file_bytes", "Page cache not used lately, in bytes."),
        MeminfoField("KernelStack", "KernelStack_bytes", "Kernel stacks of all tasks, in bytes."),
        MeminfoField("Mapped", "Mapped_bytes", "Page cache that processes have mapped, in bytes."),
        MeminfoField(
            "MemAvailable", "MemAvailable_bytes", "Memory that new processes can get without swapping, in bytes."),
        MeminfoField("MemFree", "MemFree_bytes", "Memory that nothing uses, in bytes."),
        MeminfoField("MemTotal", "MemTotal_bytes", "Memory that the kernel can use, in bytes."),
        MeminfoField("Mlocked", "Mlocked_bytes", "Memory that processes have locked, in bytes."),
        MeminfoField("NFS_Unstable", "NFS_Unstable_bytes", "Pages that an NFS server has not confirmed yet, in bytes."),
        MeminfoField("PageTables", "PageTables_bytes", "Page tables of processes, in bytes."),
        MeminfoField("Percpu", "Percpu_bytes", "Memory that the kernel keeps for each CPU, in bytes."),
        MeminfoField("SReclaimable", "SReclaimable_bytes", "Slab memory that can be given back, in bytes."),
        MeminfoField("SUnreclaim", "SUnreclaim_bytes", "Slab memory that cannot be given back, in bytes."),
        MeminfoField("Shmem", "Shmem_bytes", "Shared memory and tmpfs, in bytes."),
        MeminfoField("ShmemHugePages", "ShmemHugePages_bytes", "Shared memory and tmpfs in huge pages, in bytes."),
        MeminfoField(
            "ShmemPmdMapped", "ShmemPmdMapped_bytes", "Shared memory that is mapped with huge pages, in bytes."),
        MeminfoField("Slab", "Slab_bytes", "Memory of the kernel's slab allocator, in bytes."),
        MeminfoField("SwapCached", "SwapCached_bytes", "Memory that is also still in swap, in bytes."),
        MeminfoField("SwapFree", "SwapFree_bytes", "Swap space that is free, in bytes."),
        MeminfoField("SwapTotal", "SwapTotal_bytes", "Swap space, in bytes."),
        MeminfoField("Unevictable", "Unevictable_bytes", "Memory that cannot be swapped out, in bytes."),
        MeminfoField(
            "VmallocChunk", "VmallocChunk_bytes", "Largest free piece of the kernel's virtual area, in bytes."),
        MeminfoField("VmallocTotal", "VmallocTotal_bytes", "Size of the kernel's virtual area, in bytes."),
        MeminfoField("VmallocUsed", "VmallocUsed_bytes", "Used part of the kernel's virtual area, in bytes."),
        MeminfoField("Writeback", "Writeback_bytes", "Memory that is being written to disk, in bytes."),
        MeminfoField("WritebackTmp", "WritebackTmp_bytes", "Memory that FUSE uses to write back, in bytes."),
        MeminfoField("Zswap", "Zswap_bytes", "Memory that holds compressed swap, in bytes."),
        MeminfoField("Zswapped", "Zswapped_bytes", "Memory that was swapped into compressed swap, in bytes."),
    ]
}
