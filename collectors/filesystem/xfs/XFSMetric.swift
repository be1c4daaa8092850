// SPDX-License-Identifier: Apache-2.0

import Exposition

/// The families of the xfs collector: columns of lines of a file system's statistics.
struct XFSMetric: FamilyTable {
    /// A line that begins with this name, and its families in the order of its columns, at most 8.
    struct Line {
        let name: StaticString
        let fields: ArraySlice<TableField<XFSMetric>>
    }

    let rawValue: Int

    private static let groups: [(name: StaticString, rows: [FamilyRow])] = [
        (
            "extent_alloc",
            columns(
                "extent_allocation_",
                ("extents_allocated", "Extents allocated."), ("blocks_allocated", "Blocks allocated."),
                ("extents_freed", "Extents freed."), ("blocks_freed", "Blocks freed."))
        ),
        (
            "abt",
            columns(
                "allocation_btree_",
                ("lookups", "Lookups in the trees of free space."),
                ("compares", "Comparisons of records in the trees of free space."),
                ("records_inserted", "Records put into the trees of free space."),
                ("records_deleted", "Records taken out of the trees of free space."))
        ),
        (
            "blk_map",
            columns(
                "block_mapping_",
                ("reads", "Mappings of a file's blocks looked up to read."),
                ("writes", "Mappings of a file's blocks looked up to write."),
                ("unmaps", "Mappings of a file's blocks taken away."),
                ("extent_list_insertions", "Extents put into the list of a file."),
                ("extent_list_deletions", "Extents taken out of the list of a file."),
                ("extent_list_lookups", "Lookups in the lists of files' extents."),
                ("extent_list_compares", "Comparisons in the lists of files' extents."))
        ),
        (
            "bmbt",
            columns(
                "block_map_btree_",
                ("lookups", "Lookups in the trees of files' extents."),
                ("compares", "Comparisons of records in the trees of files' extents."),
                ("records_inserted", "Records put into the trees of files' extents."),
                ("records_deleted", "Records taken out of the trees of files' extents."))
        ),
        (
            "dir",
            columns(
                "directory_operation_",
                ("lookup", "Names looked up in directories that the kernel's cache did not have."),
                ("create", "Entries made in directories."), ("remove", "Entries removed from directories."),
                ("getdents", "Times that a directory was listed."))
        ),
        (
            "ig",
            columns(
                "inode_operation_",
                ("attempts", "Inodes looked for in the cache."), ("found", "Inodes found in the cache."),
                ("recycled", "Inodes found in the cache that were just being taken out of it."),
                ("missed", "Inodes that were not in the cache."),
                ("duplicates", "Inodes that were in the cache by the time they had been read."),
                ("reclaims", "Inodes taken out of the cache."),
                ("attribute_changes", "Changes of an inode's attributes that were asked for."))
        ),
        (
            "rw", columns("", ("write_calls", "Calls that wrote to files."), ("read_calls", "Calls that read files."))
        ),
        (
            "vnodes",
            columns(
                "vnode_",
                ("active", "Vnodes that are in use."), ("allocate", "Vnodes allocated."),
                ("get", "Times that a vnode was got."), ("hold", "Times that a vnode was held."),
                ("release", "Times that a vnode was let go of."), ("reclaim", "Vnodes taken back."),
                ("remove", "Vnodes removed."))
        ),
    ]

    static let rows = groups.flatMap(\.rows)

    /// The lines with their fields; made anew at each use.
    static var lines: [Line] {
        var rest = fields[...]
        return groups.map { group in
            defer { rest = rest.dropFirst(group.rows.count) }
            return Line(name: group.name, fields: rest.prefix(group.rows.count))
        }
    }

    private static func columns(_ prefix: String, _ names: (String, String)...) -> [FamilyRow] {
        names.enumerated().map { column, name in
            FamilyRow(column: column, .counter("node_xfs_\(prefix)\(name.0)_total", ["device"], name.1))
        }
    }
}
