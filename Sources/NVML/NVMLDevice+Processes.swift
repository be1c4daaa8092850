// SPDX-License-Identifier: Apache-2.0

import CNVML

/// Room for the process lists of a device, kept from cycle to cycle.
@safe
final class ProcessList {
    /// More processes than this on one device are not believed.
    static let most = 65_536

    private(set) var room = 64
    private(set) var entries: UnsafeMutableBufferPointer<cnvml_process>

    init() {
        unsafe entries = .allocate(capacity: room)
        unsafe entries.initialize(repeating: cnvml_process())
    }

    deinit {
        unsafe entries.deallocate()
    }

    func grow(to wanted: Int) {
        unsafe entries.deallocate()
        room = min(max(wanted, room * 2), Self.most)
        unsafe entries = .allocate(capacity: room)
        unsafe entries.initialize(repeating: cnvml_process())
    }
}

extension NVMLDevice {
    /// Counts the processes of each kind, and lists them where that is wanted.
    func readProcesses(wanted: Bool, into reading: inout GPUReading) {
        reading.processCounts.compute = readProcesses(
            .compute, [CNVML_compute_v3, CNVML_compute_v2, CNVML_compute_v1], wanted, &reading.processes)
        reading.processCounts.graphics = readProcesses(
            .graphics, [CNVML_graphics_v3, CNVML_graphics_v2, CNVML_graphics_v1], wanted, &reading.processes)
        reading.processCounts.mps = readProcesses(
            .mps, [CNVML_mps_v3, CNVML_mps_v2, CNVML_mps_v1], wanted, &reading.processes)
    }

    private func readProcesses(
        _ kind: GPUProcess.Kind, _ queries: [3 of cnvml_query], _ wanted: Bool, _ list: inout [GPUProcess]
    ) -> UInt32? {
        for version in queries.indices where isSupported(queries[version]) {
            let query = queries[version]
            guard let count = fetch(query) else {
                // A missing symbol or a refused structure leads on to the older one; anything else is an answer.
                if isSupported(query) { return nil }
                continue
            }
            if wanted { append(count, kind, isFirstVersion: version == 2, to: &list) }
            return UInt32(count)
        }
        return nil
    }

    /// Fills the room with a list; the room grows up to three times, as processes may come between two tries.
    private func fetch(_ query: cnvml_query) -> Int? {
        for attempt in 1...3 {
            guard outcome.fault == nil, isSupported(query) else { return nil }
            var count = UInt32(processList.room)
            let code = context.call { library in
                unsafe cnvml_processes(library.pointer, query, handle, &count, processList.entries.baseAddress)
            }
            countCall()
            if code == .insufficientSize, attempt < 3, count <= ProcessList.most {
                processList.grow(to: Int(count))
                continue
            }
            note(code, of: query)
            return code == .success ? min(Int(count), processList.room) : nil
        }
        return nil
    }

    private func append(_ count: Int, _ kind: GPUProcess.Kind, isFirstVersion: Bool, to list: inout [GPUProcess]) {
        for index in 0..<count {
            guard isFirstVersion else {
                let entry = unsafe processList.entries[index]
                list.append(
                    GPUProcess(
                        pid: entry.pid, kind: kind, usedMemoryBytes: Blank.none(entry.used_memory),
                        gpuInstance: Blank.none(entry.gpu_instance),
                        computeInstance: Blank.none(entry.compute_instance)))
                continue
            }
            // The first version of the structure is shorter, so more of them than were asked for fit the same room.
            let bytes = unsafe UnsafeRawBufferPointer(processList.entries)
            let entry = unsafe bytes.load(
                fromByteOffset: index * MemoryLayout<cnvml_process_v1>.stride, as: cnvml_process_v1.self)
            list.append(GPUProcess(pid: entry.pid, kind: kind, usedMemoryBytes: Blank.none(entry.used_memory)))
        }
    }
}
