// SPDX-License-Identifier: Apache-2.0

import Exposition

extension MeminfoCollector {
    /// The lines of /proc/meminfo that are shown, sorted by the kernel's word; node_exporter leaves the others out too.
    struct Metric: FamilyTable {
        let rawValue: Int

        static let rows = [
            row("Active", "Active_bytes", "Memory used lately, page cache included, in bytes."),
            row("Active(anon)", "Active_anon_bytes", "Memory of processes used lately, in bytes."),
            row("Active(file)", "Active_file_bytes", "Page cache used lately, in bytes."),
            row("AnonHugePages", "AnonHugePages_bytes", "Memory of processes in transparent huge pages, in bytes."),
            row("AnonPages", "AnonPages_bytes", "Memory of processes that no file stands behind, in bytes."),
            row("Bounce", "Bounce_bytes", "Memory for devices that cannot reach all of it, in bytes."),
            row("Buffers", "Buffers_bytes", "Cache of raw disk blocks, in bytes."),
            row("Cached", "Cached_bytes", "Page cache without buffers and cached swap, in bytes."),
            row("CmaFree", "CmaFree_bytes", "Free part of the contiguous memory allocator, in bytes."),
            row("CmaTotal", "CmaTotal_bytes", "Memory of the contiguous memory allocator, in bytes."),
            row("CommitLimit", "CommitLimit_bytes", "Memory that may be promised under strict overcommit, in bytes."),
            row("Committed_AS", "Committed_AS_bytes", "Memory that has been promised to processes, in bytes."),
            row("DirectMap1G", "DirectMap1G_bytes", "Kernel's own map of memory in pages of 1 GiB, in bytes."),
            row("DirectMap2M", "DirectMap2M_bytes", "Kernel's own map of memory in pages of 2 MiB, in bytes."),
            row("DirectMap4k", "DirectMap4k_bytes", "Kernel's own map of memory in pages of 4 KiB, in bytes."),
            row("Dirty", "Dirty_bytes", "Memory that waits to be written to disk, in bytes."),
            row(
                "HardwareCorrupted", "HardwareCorrupted_bytes",
                "Memory taken out of use because it is broken, in bytes."),
            row("HugePages_Free", "HugePages_Free", "Huge pages that are free."),
            row("HugePages_Rsvd", "HugePages_Rsvd", "Huge pages that are promised and not yet given out."),
            row("HugePages_Surp", "HugePages_Surp", "Huge pages above the configured number."),
            row("HugePages_Total", "HugePages_Total", "Huge pages in the pool."),
            row("Hugepagesize", "Hugepagesize_bytes", "Size of a huge page, in bytes."),
            row("Inactive", "Inactive_bytes", "Memory not used lately, page cache included, in bytes."),
            row("Inactive(anon)", "Inactive_anon_bytes", "Memory of processes not used lately, in bytes."),
            row("Inactive(file)", "Inactive_file_bytes", "Page cache not used lately, in bytes."),
            row("KernelStack", "KernelStack_bytes", "Kernel stacks of all tasks, in bytes."),
            row("Mapped", "Mapped_bytes", "Page cache that processes have mapped, in bytes."),
            row("MemAvailable", "MemAvailable_bytes", "Memory that new processes can get without swapping, in bytes."),
            row("MemFree", "MemFree_bytes", "Memory that nothing uses, in bytes."),
            row("MemTotal", "MemTotal_bytes", "Memory that the kernel can use, in bytes."),
            row("Mlocked", "Mlocked_bytes", "Memory that processes have locked, in bytes."),
            row("NFS_Unstable", "NFS_Unstable_bytes", "Pages that an NFS server has not confirmed yet, in bytes."),
            row("PageTables", "PageTables_bytes", "Page tables of processes, in bytes."),
            row("Percpu", "Percpu_bytes", "Memory that the kernel keeps for each CPU, in bytes."),
            row("SReclaimable", "SReclaimable_bytes", "Slab memory that can be given back, in bytes."),
            row("SUnreclaim", "SUnreclaim_bytes", "Slab memory that cannot be given back, in bytes."),
            row("Shmem", "Shmem_bytes", "Shared memory and tmpfs, in bytes."),
            row("ShmemHugePages", "ShmemHugePages_bytes", "Shared memory and tmpfs in huge pages, in bytes."),
            row("ShmemPmdMapped", "ShmemPmdMapped_bytes", "Shared memory that is mapped with huge pages, in bytes."),
            row("Slab", "Slab_bytes", "Memory of the kernel's slab allocator, in bytes."),
            row("SwapCached", "SwapCached_bytes", "Memory that is also still in swap, in bytes."),
            row("SwapFree", "SwapFree_bytes", "Swap space that is free, in bytes."),
            row("SwapTotal", "SwapTotal_bytes", "Swap space, in bytes."),
            row("Unevictable", "Unevictable_bytes", "Memory that cannot be swapped out, in bytes."),
            row("VmallocChunk", "VmallocChunk_bytes", "Largest free piece of the kernel's virtual area, in bytes."),
            row("VmallocTotal", "VmallocTotal_bytes", "Size of the kernel's virtual area, in bytes."),
            row("VmallocUsed", "VmallocUsed_bytes", "Used part of the kernel's virtual area, in bytes."),
            row("Writeback", "Writeback_bytes", "Memory that is being written to disk, in bytes."),
            row("WritebackTmp", "WritebackTmp_bytes", "Memory that FUSE uses to write back, in bytes."),
            row("Zswap", "Zswap_bytes", "Memory that holds compressed swap, in bytes."),
            row("Zswapped", "Zswapped_bytes", "Memory that was swapped into compressed swap, in bytes."),
        ]

        /// A line says its unit itself.
        private static func row(_ key: StaticString, _ name: String, _ help: String) -> FamilyRow {
            FamilyRow(key, .gauge("node_memory_" + name, [], help))
        }
    }
}
