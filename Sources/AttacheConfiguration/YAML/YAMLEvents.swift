// SPDX-License-Identifier: Apache-2.0
// libyaml's events as Swift values: the only file that sees libyaml and its pointers.

import CYAML

/// Line and column, both from 1, the column in characters.
public struct Place: Sendable, Hashable, Comparable {
    public var line: Int
    public var column: Int

    public static let start = Place(line: 1, column: 1)

    public static func < (a: Place, b: Place) -> Bool {
        (a.line, a.column) < (b.line, b.column)
    }
}

struct YAMLEvent {
    enum Kind {
        case documentStart, documentEnd, streamEnd
        case mappingStart, mappingEnd, sequenceStart, sequenceEnd
        /// `isPlain`: without quotation marks, and no block.
        case scalar(String, isPlain: Bool)
        case alias(String)
    }
    var kind: Kind
    var place: Place
    var anchor: String?
    var tag: String?
}

/// Pulled one by one, so that whoever has seen enough stops.
final class YAMLEvents {
    /// Why the text is no YAML.
    struct Malformed: Error {
        var place: Place
        var message: String
    }

    private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    /// libyaml reads from it until the end.
    private let text: UnsafeMutableBufferPointer<UInt8>

    /// nil: there is no memory.
    init?(_ bytes: [UInt8]) {
        text = .allocate(capacity: bytes.count)
        _ = text.initialize(from: bytes)
        parser.initialize(to: yaml_parser_t())
        guard yaml_parser_initialize(parser) == 1 else { return nil }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        // Of a parser that could not be initialised it frees nothing: all its pointers are nil.
        yaml_parser_delete(parser)
        parser.deallocate()
        text.deallocate()
    }

    func next() throws(Malformed) -> YAMLEvent {
        var event = yaml_event_t()
        defer { yaml_event_delete(&event) }
        while true {
            guard yaml_parser_parse(parser, &event) == 1 else { throw malformed }
            if event.type != YAML_STREAM_START_EVENT { break }
            yaml_event_delete(&event)
        }
        return Self.value(of: event)
    }

    /// From 1; empty where there is none.
    func line(_ number: Int) -> String {
        let lines = text.split(
            separator: UInt8(ascii: "\n"), maxSplits: number, omittingEmptySubsequences: false)
        guard lines.indices.contains(number - 1) else { return "" }
        return String(decoding: lines[number - 1], as: UTF8.self)
    }

    private static func value(of event: yaml_event_t) -> YAMLEvent {
        func made(
            _ kind: YAMLEvent.Kind, _ anchor: UnsafeMutablePointer<UInt8>? = nil,
            _ tag: UnsafeMutablePointer<UInt8>? = nil
        ) -> YAMLEvent {
            YAMLEvent(
                kind: kind, place: Place(event.start_mark),
                anchor: anchor.map { String(cString: $0) },
                tag: tag.map { String(cString: $0) })
        }
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: return made(.documentStart)
        case YAML_DOCUMENT_END_EVENT: return made(.documentEnd)
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return made(.mappingStart, start.anchor, start.tag)
        case YAML_MAPPING_END_EVENT: return made(.mappingEnd)
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return made(.sequenceStart, start.anchor, start.tag)
        case YAML_SEQUENCE_END_EVENT: return made(.sequenceEnd)
        case YAML_ALIAS_EVENT:
            return made(.alias(event.data.alias.anchor.map { String(cString: $0) } ?? ""))
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            // By length: an escaped NUL may stand in it.
            let text = String(
                decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length),
                as: UTF8.self)
            let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
            return made(.scalar(text, isPlain: isPlain), scalar.anchor, scalar.tag)
        default: return made(.streamEnd)
        }
    }

    private var malformed: Malformed {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it cannot be read"
        let context = parser.pointee.context.map { String(cString: $0) + ": " } ?? ""
        // The reader knows how many bytes it has read, the others know the line.
        let place =
            parser.pointee.error == YAML_READER_ERROR
            ? Encoding.place(of: min(parser.pointee.problem_offset, text.count), in: Array(text))
            : Place(parser.pointee.problem_mark)
        return Malformed(place: place, message: context + problem)
    }
}

extension Place {
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: mark.line + 1, column: mark.column + 1)
    }
}
