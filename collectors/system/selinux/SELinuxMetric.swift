// SPDX-License-Identifier: Apache-2.0

import Exposition

extension SELinuxCollector {
    enum Metric: Int, FieldKey {
        case isEnabled, configMode, currentMode, threshold
        case lookups, hits, misses, allocations, reclaims, frees
        case hashEntries, hashBucketsUsed, hashBucketsAvailable, longestChain

        /// The columns of cache_stats are fields by their names.
        var row: FamilyRow {
            switch self {
            case .isEnabled: FamilyRow(gauge("enabled", "1 where SELinux is in use, 0 where it is not."))
            case .configMode:
                FamilyRow(gauge("config_mode", "Configured mode: 1 enforcing, 0 permissive, -1 disabled."))
            case .currentMode: FamilyRow(gauge("current_mode", "Mode now: 1 enforcing, 0 permissive."))
            case .threshold:
                FamilyRow(gauge("avc_threshold", "Entries at which the access vector cache is reclaimed."))
            case .lookups: counter("lookups", "Look-ups in the access vector cache.")
            case .hits: counter("hits", "Look-ups that found an entry.")
            case .misses: counter("misses", "Look-ups that found no entry.")
            case .allocations: counter("allocations", "Entries that were made.")
            case .reclaims: counter("reclaims", "Entries that were reclaimed.")
            case .frees: counter("frees", "Entries that were freed.")
            case .hashEntries: FamilyRow(gauge("avc_hash_entries", "Entries of the access vector cache."))
            case .hashBucketsUsed: FamilyRow(gauge("avc_hash_buckets_used", "Buckets of the cache that have entries."))
            case .hashBucketsAvailable: FamilyRow(gauge("avc_hash_buckets_available", "Buckets of the cache."))
            case .longestChain:
                FamilyRow(gauge("avc_hash_longest_chain", "Entries in the bucket that has most of them."))
            }
        }

        private func gauge(_ name: String, _ help: String) -> MetricFamily { .gauge("node_selinux_" + name, [], help) }

        private func counter(_ column: StaticString, _ help: String) -> FamilyRow {
            FamilyRow(column, .counter("node_selinux_avc_\(column)_total", [], help))
        }
    }
}
