// SPDX-License-Identifier: Apache-2.0

import CNVML

/// An instance as it was seen last, so that its texts are asked for only when it is another one.
struct MIGSlot {
    var handle: cnvml_device
    var instance: MIGInstance
}

extension NVMLDevice {
    /// Enumerates the instances.
    ///
    /// Their numbers have holes, and an administrator can make and remove them at any time, so every cycle walks all
    /// numbers.
    func readMIGInstances(into reading: inout GPUReading) {
        for index in 0..<(constants?.migCapacity ?? 0) {
            var handle: cnvml_device = 0
            let code = context.call { unsafe cnvml_mig_device($0.pointer, self.handle, index, &handle) }
            countCall()
            guard code == .success else {
                // 6 and 2 are holes. 3 and a missing symbol would be the answer for every number.
                if code.isPermanent { return }
                if !code.isNothingNow && code != .invalidArgument { note(code, of: CNVML_mig_mode) }
                if outcome.fault != nil { return }
                continue
            }
            reading.migInstances.append(instance(index, handle))
            if outcome.fault != nil { return }
        }
    }

    private func instance(_ index: UInt32, _ handle: cnvml_device) -> MIGInstance {
        var found = MIGInstance(index: index)
        found.gpuInstance = migNumber(CNVML_gpu_instance, handle)
        found.computeInstance = migNumber(CNVML_compute_instance, handle)
        var attributes = cnvml_attributes()
        if ask(CNVML_attributes, remember: false, { unsafe cnvml_get_attributes($0.pointer, handle, &attributes) }) {
            found.multiprocessors = Blank.none(attributes.multiprocessors)
            found.gpuInstanceSlices = Blank.none(attributes.gpu_instance_slices)
            found.computeInstanceSlices = Blank.none(attributes.compute_instance_slices)
        }
        let place = migSlots.firstIndex { $0.instance.index == index }
        if let place, migSlots[place].handle == handle, migSlots[place].instance.isSame(as: found) {
            found.uuid = migSlots[place].instance.uuid
            found.name = migSlots[place].instance.name
        } else {
            found.uuid = migText(CNVML_uuid, handle)
            found.name = migText(CNVML_name, handle)
            let slot = MIGSlot(handle: handle, instance: found)
            if let place { migSlots[place] = slot } else { migSlots.append(slot) }
        }
        found.memory = memory(of: handle)
        return found
    }

    private func migNumber(_ query: cnvml_query, _ handle: cnvml_device) -> UInt32? {
        var value: UInt32 = 0
        return ask(query, remember: false, { unsafe cnvml_u32($0.pointer, query, handle, &value) })
            ? Blank.none(value) : nil
    }

    private func migText(_ query: cnvml_query, _ handle: cnvml_device) -> String? {
        let (code, text) = unsafe context.text(room: 96) { unsafe cnvml_text($0.pointer, query, handle, $1, 96) }
        countCall()
        if !code.isPermanent { note(code, of: query) }
        return text
    }
}

extension MIGInstance {
    /// Whether both are the same instance as far as cheap calls can tell.
    fileprivate func isSame(as other: MIGInstance) -> Bool {
        gpuInstance == other.gpuInstance && computeInstance == other.computeInstance
            && multiprocessors == other.multiprocessors && gpuInstanceSlices == other.gpuInstanceSlices
            && computeInstanceSlices == other.computeInstanceSlices && uuid != nil
    }
}
