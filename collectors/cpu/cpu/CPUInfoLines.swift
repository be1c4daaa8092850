// SPDX-License-Identifier: Apache-2.0

import KernelFiles

/// The CPUs of /proc/cpuinfo, on every architecture that Linux writes it for.
///
/// The kernel has a form for each: arch/{x86,arm,arm64,riscv,powerpc,s390,mips,loongarch}/kernel, the functions called
/// `c_show` or `show_cpuinfo`. What they have in common: `key : value`, a line `processor` at the head of a CPU and a blank
/// line behind it. What stands outside of a CPU's lines is of the machine, and tells of a CPU only where it says so here.
struct CPUInfoLines {
    /// The properties of one CPU as views of the file; empty where it has none.
    struct CPU {
        var number = Bytes("")
        var vendor = Bytes("")
        var family = Bytes("")
        var model = Bytes("")
        var modelName = Bytes("")
        var microcode = Bytes("")
        var stepping = Bytes("")
        var cacheSize = Bytes("")
        var package = Bytes("")
        var core = Bytes("")
        var flags = Bytes("")
        var bugs = Bytes("")
        /// In MHz, with a unit behind it on PowerPC.
        var frequency = Bytes("")
    }

    /// In the order of the file.
    private(set) var cpus: [CPU] = []
    /// What stands where a CPU's number should.
    private(set) var malformed: [Bytes] = []
    /// What the lines before the first CPU say of all of them.
    private var common = CPU()

    /// Takes the file apart; the views are good as long as its bytes.
    mutating func parse(_ bytes: Bytes) {
        cpus.removeAll(keepingCapacity: true)
        malformed.removeAll(keepingCapacity: true)
        common = CPU()
        // The CPU that the lines are about.
        var current: Int?
        var lines = ByteScanner(bytes)
        while let line = lines.nextLine() {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
                if line.trimmed.isEmpty { current = nil }
                continue
            }
            let key = line.upTo(colon).trimmed
            let value = line.from(colon + 1).trimmed
            if key == "processor" {
                current = append(value)
            } else if key.hasPrefix("processor ") {
                // s390x: `processor 0: version = FF, identification = …`, and what belongs to it further below.
                _ = append(key.from(10).trimmed)
            } else if key == "cpu number" {
                current = cpus.firstIndex { $0.number == value }
            } else if let current {
                take(key, value, &cpus[current])
            } else {
                takeOfMachine(key, value)
            }
        }
    }

    /// nil where the number is none, so that the lines below it are nobody's.
    private mutating func append(_ number: Bytes) -> Int? {
        guard number.unsigned != nil else {
            malformed.append(number)
            return nil
        }
        var cpu = common
        cpu.number = number
        cpus.append(cpu)
        return cpus.count - 1
    }

    private func take(_ key: Bytes, _ value: Bytes, _ cpu: inout CPU) {
        switch key {
        // PowerPC calls the CPU's name `cpu`, and node_exporter that name the vendor.
        case "vendor_id", "cpu": cpu.vendor = value
        case "cpu family", "CPU Family": cpu.family = value
        case "model": cpu.model = value
        // RISC-V has a name for nothing but the instruction set; MIPS and LoongArch have theirs.
        case "model name", "Model Name", "isa", "cpu model": cpu.modelName = value
        case "microcode": cpu.microcode = value
        case "stepping": cpu.stepping = value
        case "cache size": cpu.cacheSize = value
        case "physical id": cpu.package = value
        case "core id", "hart": cpu.core = value
        case "flags", "Features": cpu.flags = value
        case "bugs": cpu.bugs = value
        case "cpu MHz", "CPU MHz", "cpu MHz dynamic", "clock": cpu.frequency = value
        default: break
        }
    }

    private mutating func takeOfMachine(_ key: Bytes, _ value: Bytes) {
        switch key {
        // s390x, and MIPS and LoongArch.
        case "vendor_id", "system type": common.vendor = value
        // ARM before Linux 3.8: one name above all CPUs.
        case "Processor": common.modelName = value
        // s390x above its CPUs, ARM before Linux 3.8 below them.
        case "features": common.flags = value
        case "Features":
            for index in cpus.indices where cpus[index].flags.isEmpty { cpus[index].flags = value }
        default: break
        }
    }
}

/// Lets a switch over bytes have literal cases.
private func ~= (literal: StaticString, bytes: Bytes) -> Bool {
    bytes == literal
}
