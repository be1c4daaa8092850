// SPDX-License-Identifier: Apache-2.0

import Exposition

/// Events that are counted on each CPU, and what they become.
///
/// Source: perf_event_open(2).
enum PerfMetric: Int, FamilyKey {
    case cycles, instructions, branches, branchMisses, cacheReferences, cacheMisses, referenceCycles
    case stalledBackend, stalledFrontend
    case pageFaults, contextSwitches, migrations, minorFaults, majorFaults
    case l1DataReads, l1DataReadMisses, l1DataWrites, l1InstructionMisses
    case instructionTLBReads, instructionTLBMisses
    case dataTLBReads, dataTLBReadMisses, dataTLBWrites, dataTLBWriteMisses
    case lastLevelReads, lastLevelReadMisses, lastLevelWrites, lastLevelWriteMisses
    case branchUnitReads, branchUnitMisses

    /// Which part of the kernel counts it.
    enum Kind: UInt32, CaseIterable {
        case hardware = 0
        case software = 1
        case cache = 3
    }

    /// The kind of the event, its number there, and node_exporter's name for it where a flag selects it.
    private var row: (kind: Kind, config: UInt64, profiler: String, name: String, help: String) {
        switch self {
        case .cycles: (.hardware, 0, "", "cpucycles", "CPU cycles, fewer where the frequency is lower.")
        case .instructions: (.hardware, 1, "", "instructions", "Instructions that were completed.")
        case .cacheReferences: (.hardware, 2, "", "cache_refs", "Accesses to the caches, mostly the last level.")
        case .cacheMisses: (.hardware, 3, "", "cache_misses", "Accesses to the caches that missed.")
        case .branches: (.hardware, 4, "", "branch_instructions", "Branch instructions that were completed.")
        case .branchMisses: (.hardware, 5, "", "branch_misses", "Branches that were predicted wrongly.")
        case .stalledFrontend:
            (.hardware, 7, "", "stalled_cycles_frontend", "Cycles in which no instruction could be issued.")
        case .stalledBackend:
            (.hardware, 8, "", "stalled_cycles_backend", "Cycles in which no instruction could be completed.")
        case .referenceCycles: (.hardware, 9, "", "ref_cpucycles", "CPU cycles at the reference frequency.")
        case .pageFaults: (.software, 2, "", "page_faults", "Page faults.")
        case .contextSwitches: (.software, 3, "", "context_switches", "Context switches.")
        case .migrations: (.software, 4, "", "cpu_migrations", "Tasks that came from another CPU.")
        case .minorFaults: (.software, 5, "", "minor_faults", "Page faults without reading from a disk.")
        case .majorFaults: (.software, 6, "", "major_faults", "Page faults that had to read from a disk.")
        case .l1DataReads: cache(0, .read, "L1DataReadHit", "l1d_read_hits", "Reads of the L1 data cache.")
        case .l1DataReadMisses:
            cache(0, .readMiss, "L1DataReadMiss", "l1d_read_misses", "Read misses of the L1 data cache.")
        case .l1DataWrites: cache(0, .write, "L1DataWriteHit", "l1d_write_hits", "Writes to the L1 data cache.")
        case .l1InstructionMisses:
            cache(1, .readMiss, "L1InstrReadMiss", "l1_instr_read_misses", "Read misses of the L1 instruction cache.")
        case .lastLevelReads: cache(2, .read, "LLReadHit", "ll_read_hits", "Reads of the last-level cache.")
        case .lastLevelReadMisses:
            cache(2, .readMiss, "LLReadMiss", "ll_read_misses", "Read misses of the last-level cache.")
        case .lastLevelWrites: cache(2, .write, "LLWriteHit", "ll_write_hits", "Writes to the last-level cache.")
        case .lastLevelWriteMisses:
            cache(2, .writeMiss, "LLWriteMiss", "ll_write_misses", "Write misses of the last-level cache.")
        case .dataTLBReads:
            cache(3, .read, "DataTLBReadHit", "tlb_data_read_hits", "Reads through the data TLB.")
        case .dataTLBReadMisses:
            cache(3, .readMiss, "DataTLBReadMiss", "tlb_data_read_misses", "Read misses of the data TLB.")
        case .dataTLBWrites:
            cache(3, .write, "DataTLBWriteHit", "tlb_data_write_hits", "Writes through the data TLB.")
        case .dataTLBWriteMisses:
            cache(3, .writeMiss, "DataTLBWriteMiss", "tlb_data_write_misses", "Write misses of the data TLB.")
        case .instructionTLBReads:
            cache(4, .read, "InstrTLBReadHit", "tlb_instr_read_hits", "Reads through the instruction TLB.")
        case .instructionTLBMisses:
            cache(4, .readMiss, "InstrTLBReadMiss", "tlb_instr_read_misses", "Read misses of the instruction TLB.")
        case .branchUnitReads: cache(5, .read, "BPUReadHit", "bpu_read_hits", "Reads of the branch prediction unit.")
        case .branchUnitMisses:
            cache(5, .readMiss, "BPUReadMiss", "bpu_read_misses", "Read misses of the branch prediction unit.")
        }
    }

    /// What is done with a cache, and how it went: the upper bytes of an event's number.
    private enum Access: UInt64 {
        case read = 0x0_0000
        case readMiss = 0x1_0000
        case write = 0x0_0100
        case writeMiss = 0x1_0100
    }

    private func cache(
        _ number: UInt64, _ access: Access, _ profiler: String, _ name: String, _ help: String
    ) -> (kind: Kind, config: UInt64, profiler: String, name: String, help: String) {
        (.cache, number | access.rawValue, profiler, "cache_" + name, help)
    }

    var family: MetricFamily { .counter("node_perf_\(row.name)_total", ["cpu"], row.help) }

    /// Which part of the kernel counts it.
    var kind: Kind { row.kind }

    /// The number of the event.
    var config: UInt64 { row.config }

    /// The name by which `--collector.perf.cache-profilers` selects it.
    var profiler: String { row.profiler }
}
