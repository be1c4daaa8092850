// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The threads of this process, as /proc/self/task shows them.
enum Threads {
    /// How many have this name.
    static func count(named name: String) -> Int {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return tasks.filter { task in
            // A thread may end between the listing and the look.
            (try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)) == name + "\n"
        }.count
    }
}
