// SPDX-License-Identifier: Apache-2.0
// What a test throws when the world is not as it needs it: a sentence, and where it was said.

import Foundation

public struct Failure: Error, CustomStringConvertible {
    public let description: String

    public init(_ text: String, file: String = #fileID, line: Int = #line) {
        description = "\(text) (\(file):\(line))"
    }

    /// A system call that failed, with errno as it stands now.
    static func system(
        _ call: String, _ code: Int32 = errno, file: String = #fileID, line: Int = #line
    ) -> Failure {
        Failure("\(call): \(String(cString: strerror(code)))", file: file, line: line)
    }
}

/// Checks what a system call answered.
@discardableResult
func checked(
    _ call: String, _ answer: Int32, file: String = #fileID, line: Int = #line
) throws -> Int32 {
    if answer < 0 { throw Failure.system(call, file: file, line: line) }
    return answer
}

/// What `#expect` is on a test's own thread: there its issues would belong to no test.
public func demand(
    _ condition: Bool, _ text: @autoclosure () -> String = "not as expected",
    file: String = #fileID, line: Int = #line
) throws {
    if !condition { throw Failure(text(), file: file, line: line) }
}
