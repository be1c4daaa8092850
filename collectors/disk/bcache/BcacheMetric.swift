// SPDX-License-Identifier: Apache-2.0

import Exposition

/// The families of the bcache collector: files of a set, of its backing devices and of its cache devices, and keys in
/// two of them.
struct BcacheMetric: FamilyTable {
    let rawValue: Int

    private static let ofSet = [
        set(
            "average_key_size", .gauge, "average_key_size_sectors", "Average size of what a key stands for, in sectors."
        ),
        set("btree_cache_size", .gauge, "btree_cache_size_bytes", "Memory that nodes of the tree are cached in."),
        set(
            "cache_available_percent", .gauge, "cache_available_percent",
            "Part of the cache without dirty data, in percent."),
        set("congested", .gauge, "congested", "How congested the cache is."),
        set("root_usage_percent", .gauge, "root_usage_percent", "Part of the tree's root that is used, in percent."),
        set("tree_depth", .gauge, "tree_depth", "Depth of the tree."),
        set(
            "internal/active_journal_entries", .gauge, "active_journal_entries",
            "Entries of the journal that are newer than the tree."),
        set("internal/btree_nodes", .gauge, "btree_nodes", "Nodes of the tree."),
        // node_exporter takes the microseconds of the file's name for nanoseconds.
        set(
            "internal/btree_read_average_duration_us", unit: .times(1e-9), .gauge,
            "btree_read_average_duration_seconds",
            "Average time that it takes to read a node, as node_exporter counts it."),
        set(
            "internal/cache_read_races", .counter, "cache_read_races_total",
            "Reads whose place in the cache was given to something else meanwhile."),
    ]

    private static let ofBacking = [
        backing("dirty_data", .gauge, "dirty_data_bytes", "Data of the device that is in the cache alone."),
        backing("stats_total/bypassed", .counter, "bypassed_bytes_total", "Data read and written past the cache."),
        backing("stats_total/cache_hits", .counter, "cache_hits_total", "Requests that the cache answered."),
        backing("stats_total/cache_misses", .counter, "cache_misses_total", "Requests that the cache did not have."),
        backing(
            "stats_total/cache_bypass_hits", .counter, "cache_bypass_hits_total",
            "Requests that were to go past the cache, which had the data."),
        backing(
            "stats_total/cache_bypass_misses", .counter, "cache_bypass_misses_total",
            "Requests that went past the cache, which did not have the data."),
        backing(
            "stats_total/cache_miss_collisions", .counter, "cache_miss_collisions_total",
            "Times that data to be cached had been written meanwhile."),
        backing(
            "stats_total/cache_readaheads", .counter, "cache_readaheads_total",
            "Times that more was read than was asked for."),
    ]

    private static let ofRate = [
        backing("target", .gauge, "dirty_target_bytes", "How much dirty data the device is to have."),
        backing("rate", .gauge, "writeback_rate", "Rate at which dirty data is written back, in bytes per second."),
        backing(
            "proportional", .gauge, "writeback_rate_proportional_term",
            "Part of the rate that comes from the distance to the target."),
        backing(
            "integral", .gauge, "writeback_rate_integral_term",
            "Part of the rate that comes from the distance summed up over time."),
        backing("change", .gauge, "writeback_change", "Last change of the rate."),
    ]

    private static let ofCache = [
        cache("io_errors", .gauge, "io_errors", "Errors of the device, of which old ones are forgotten by and by."),
        cache("metadata_written", .counter, "metadata_written_bytes_total", "What was written that is no data."),
        cache("written", .counter, "written_bytes_total", "Data written to the cache."),
    ]

    private static let ofPriorities = [
        cache("Unused", .gauge, "priority_stats_unused_percent", "Part of the cache that holds nothing, in percent."),
        cache(
            "Metadata", .gauge, "priority_stats_metadata_percent", "Part of the cache that holds no data, in percent."),
    ]

    private static let groups = [ofSet, ofBacking, ofRate, ofCache, ofPriorities]
    static let rows = groups.flatMap { $0 }

    /// Fields by where they are read; made anew at each use.
    struct Fields {
        /// Files of a set.
        let set: [TableField<BcacheMetric>]
        /// Files of a backing device.
        let backing: [TableField<BcacheMetric>]
        /// Keys of a backing device's file `writeback_rate_debug`.
        let rate: [TableField<BcacheMetric>]
        /// Files of a cache device.
        let cache: [TableField<BcacheMetric>]
        /// Keys of a cache device's file `priority_stats`.
        let priorities: [TableField<BcacheMetric>]

        init() {
            var rest = BcacheMetric.fields[...]
            var groups: [[TableField<BcacheMetric>]] = []
            for group in BcacheMetric.groups {
                groups.append(Array(rest.prefix(group.count)))
                rest = rest.dropFirst(group.count)
            }
            (set, backing, rate, cache, priorities) = (groups[0], groups[1], groups[2], groups[3], groups[4])
        }
    }

    private static func set(
        _ file: StaticString, unit: KernelUnit = .one, _ type: MetricType, _ name: String, _ help: String
    ) -> FamilyRow {
        FamilyRow(file, unit, MetricFamily(type, "node_bcache_" + name, labels: ["uuid"], help: help))
    }

    private static func backing(_ file: StaticString, _ type: MetricType, _ name: String, _ help: String) -> FamilyRow {
        FamilyRow(file, MetricFamily(type, "node_bcache_" + name, labels: ["backing_device", "uuid"], help: help))
    }

    private static func cache(_ file: StaticString, _ type: MetricType, _ name: String, _ help: String) -> FamilyRow {
        FamilyRow(file, MetricFamily(type, "node_bcache_" + name, labels: ["cache_device", "uuid"], help: help))
    }
}
