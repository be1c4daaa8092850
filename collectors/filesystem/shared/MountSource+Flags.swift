// SPDX-License-Identifier: Apache-2.0

import CollectorKit

extension MountSource {
    static let mountPointsExclude = Flag.pattern(
        "collector.filesystem.mount-points-exclude",
        default: "^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)",
        help: "Mount points that are not shown.", aliases: ["collector.filesystem.ignored-mount-points"])
    static let mountPointsInclude = Flag.pattern(
        "collector.filesystem.mount-points-include",
        help: "The only mount points that are shown; not together with mount-points-exclude.")
    static let fsTypesExclude = Flag.pattern(
        "collector.filesystem.fs-types-exclude",
        default: "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660"
            + "|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|erofs|sysfs"
            + "|tracefs)$", help: "Types of file systems that are not shown.",
        aliases: ["collector.filesystem.ignored-fs-types"])
    static let fsTypesInclude = Flag.pattern(
        "collector.filesystem.fs-types-include",
        help: "The only types of file systems that are shown; not together with fs-types-exclude.")
    static let mountTimeout = Flag.duration(
        "collector.filesystem.mount-timeout", defaultNanoseconds: 5_000_000_000,
        help: "How long a mount may take; the scrape's own deadline rules here.", isHidden: true, isInert: true)
    static let statWorkers = Flag.integer(
        "collector.filesystem.stat-workers", default: 4, in: 0...Int.max,
        help: "How many mounts are asked at once; here a hanging one delays no other.", isHidden: true,
        isInert: true)

    static let flags: [any FlagDeclaration] = [
        mountPointsExclude,
        mountPointsInclude,
        fsTypesExclude,
        fsTypesInclude,
        mountTimeout,
        statWorkers,
    ]
}
