// SPDX-License-Identifier: Apache-2.0

import Exposition

extension ZoneinfoCollector {
    /// The fields of a zone that are shown; node_exporter leaves the others out too.
    struct Metric: FamilyTable {
        let rawValue: Int

        static let rows = [
            gauge("nr_free_pages", "nr_free_pages", "Free pages of the zone."),
            gauge("min", "min_pages", "Free pages below which only urgent requests are served."),
            gauge("low", "low_pages", "Free pages below which reclaim is woken."),
            gauge("high", "high_pages", "Free pages at which reclaim rests again."),
            gauge("scanned", "scanned_pages", "Pages scanned since the last reclaim; older kernels only."),
            gauge("spanned", "spanned_pages", "Pages between the zone's ends, holes included."),
            gauge("present", "present_pages", "Pages of memory in the zone."),
            gauge("managed", "managed_pages", "Pages of the zone that the page allocator has."),
            gauge("nr_active_anon", "nr_active_anon_pages", "Pages of processes that were used lately."),
            gauge("nr_inactive_anon", "nr_inactive_anon_pages", "Pages of processes that were not used lately."),
            gauge("nr_isolated_anon", "nr_isolated_anon_pages", "Pages of processes that reclaim has taken aside."),
            gauge("nr_anon_pages", "nr_anon_pages", "Mapped pages of processes that no file stands behind."),
            gauge(
                "nr_anon_transparent_hugepages", "nr_anon_transparent_hugepages",
                "Transparent huge pages of processes."),
            gauge("nr_active_file", "nr_active_file_pages", "Page cache that was used lately."),
            gauge("nr_inactive_file", "nr_inactive_file_pages", "Page cache that was not used lately."),
            gauge("nr_isolated_file", "nr_isolated_file_pages", "Page cache that reclaim has taken aside."),
            gauge("nr_file_pages", "nr_file_pages", "Pages of the page cache."),
            gauge("nr_slab_reclaimable", "nr_slab_reclaimable_pages", "Slab pages that can be given back."),
            gauge("nr_slab_unreclaimable", "nr_slab_unreclaimable_pages", "Slab pages that cannot be given back."),
            gauge("nr_mlock_stack", "nr_mlock_stack_pages", "Locked pages found while reclaiming; older kernels only."),
            gauge("nr_kernel_stack", "nr_kernel_stacks", "Kernel stacks, as the kernel counts them."),
            gauge("nr_mapped", "nr_mapped_pages", "Pages of files that processes have mapped."),
            gauge("nr_dirty", "nr_dirty_pages", "Pages that wait to be written."),
            gauge("nr_writeback", "nr_writeback_pages", "Pages that are being written."),
            gauge("nr_unevictable", "nr_unevictable_pages", "Pages that cannot be swapped out."),
            gauge("nr_shmem", "nr_shmem_pages", "Pages of shared memory and tmpfs."),
            counter("nr_dirtied", "nr_dirtied_total", "Pages that have become dirty since boot."),
            counter("nr_written", "nr_written_total", "Pages that have been written since boot."),
            counter("numa_hit", "numa_hit_total", "Pages given out where they were wanted."),
            counter("numa_miss", "numa_miss_total", "Pages given out here that another node was wanted for."),
            counter("numa_foreign", "numa_foreign_total", "Pages wanted here that another node gave."),
            counter("numa_interleave", "numa_interleave_total", "Pages given out here because of interleaving."),
            counter("numa_local", "numa_local_total", "Pages given out to CPUs of the node."),
            counter("numa_other", "numa_other_total", "Pages given out to CPUs of other nodes."),
        ]

        private static func gauge(_ key: StaticString, _ name: String, _ help: String) -> FamilyRow {
            FamilyRow(key, .gauge("node_zoneinfo_" + name, ["node", "zone"], help))
        }

        private static func counter(_ key: StaticString, _ name: String, _ help: String) -> FamilyRow {
            FamilyRow(key, .counter("node_zoneinfo_" + name, ["node", "zone"], help))
        }
    }
}
