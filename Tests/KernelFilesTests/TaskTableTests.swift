// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import KernelFiles
import Testing

@Suite("Tables of processes")
struct TaskTableTests {
    /// What a walk came by, as texts.
    private func walk(
        _ table: TaskTable, of tree: TemporaryTree, _ conditions: ReadConditions = .kernel,
        threadsOf: (Int) -> Bool = { _ in true }
    ) throws -> [String] {
        // It goes with its last use.
        defer { withExtendedLifetime(tree) {} }
        let reader = KernelFileReader(budget: DescriptorBudget(limit: 0), conditions: conditions)
        var found: [String] = []
        try table.walk(from: reader) { entry in
            switch entry {
            case .process(let process, let bytes):
                found.append("\(process) \(bytes.trimmed.text)")
                return threadsOf(process)
            case .thread(let thread, let process, let bytes):
                found.append("\(process)/\(thread) \(bytes.trimmed.text)")
            case .lost(let error): found.append("lost \(error.path.split(separator: "/").suffix(4)) \(error.errno)")
            }
            return false
        }
        return found.sorted()
    }

    @Test("processes and their further threads are walked over, and nothing else", arguments: [1, 3, 4_096, .max])
    func entries(longestRead: Int) throws {
        let tree = try TemporaryTree([
            "1/stat": "one", "1/task/1/stat": "one", "20/stat": "two", "20/task/20/stat": "two",
            "20/task/21/stat": "t1",
            "20/task/22/stat": "t2", "self/stat": "no", "3x/stat": "no", "4/status": "no",
        ])
        let table = TaskTable(tree.path, file: "stat")
        let conditions = ReadConditions(longestRead: longestRead)
        #expect(try walk(table, of: tree, conditions) == ["1 one", "20 two", "20/21 t1", "20/22 t2"])
        #expect(table.hasThreadFolders == true)
        #expect(try walk(table, of: tree, conditions, threadsOf: { $0 == 1 }) == ["1 one", "20 two"])
    }

    @Test("a tree without folders of threads is told from one with them")
    func noThreads() throws {
        let tree = try TemporaryTree(["1/stat": "one", "2/stat": "two"])
        let table = TaskTable(tree.path, file: "stat")
        #expect(table.hasThreadFolders == nil)
        #expect(try walk(table, of: tree) == ["1 one", "2 two"])
        #expect(table.hasThreadFolders == false)
    }

    @Test("more tasks than one listing holds are all there")
    func many() throws {
        // Links to one folder are names like any others, and quickly made.
        let tree = try TemporaryTree(["folder/stat": "p", "1/stat": "p", "1/task/1/stat": "p"])
        for number in 1...1_700 {
            for name in ["\(number * 1_000)", "1/task/\(number * 1_000)"] {
                try #require(symlink(tree["folder"], tree[name]) == 0)
            }
        }
        let found = try walk(TaskTable(tree.path, file: "stat"), of: tree)
        #expect(found.count == 3_401)
        #expect(Set(found).count == 3_401)
    }

    @Test("what cannot be read is said, and what has ended is not")
    func failures() throws {
        let tree = try TemporaryTree([
            "1/stat": "one", "2/stat": "two", "3/stat": "three", "3/task/3/stat": "", "3/task/4/stat": "t",
            "3/task/5/stat": "t",
        ])
        let errors = ["2/stat": EACCES, "1/stat": ESRCH, "3/task/4/stat": EIO, "3/task/5/stat": ENOENT]
        let conditions = ReadConditions { path in
            errors.first { path.hasSuffix("/" + $0.key) }?.value ?? 0
        }
        let found = try walk(TaskTable(tree.path, file: "stat"), of: tree, conditions)
        #expect(found.count == 3)
        #expect(found[0] == "3 three")
        #expect(found[1].hasPrefix("lost") && found[1].hasSuffix(#""3", "task", "4", "stat"] \#(EIO)"#))
        #expect(found[2].hasPrefix("lost") && found[2].hasSuffix(#""2", "stat"] \#(EACCES)"#))
        let closed = ReadConditions { $0.hasSuffix("/3/task") ? EACCES : 0 }
        #expect(try walk(TaskTable(tree.path, file: "stat"), of: tree, closed).count == 4)
    }

    @Test("a table that is not there throws")
    func missing() throws {
        let tree = try TemporaryTree(["a/b": ""])
        #expect(throws: KernelFileError.self) { try walk(TaskTable(tree["none"], file: "stat"), of: tree) }
    }
}
