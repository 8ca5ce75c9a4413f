// What each of yaml-cpp's messages means for the person who wrote the file.
#include "config/yaml_failure.hpp"

#include <yaml-cpp/exceptions.h>

#include <array>
#include <string_view>
#include <utility>

namespace probehost {

std::string yamlFailureInWords(const std::string& message) {
    namespace said = YAML::ErrorMsg;
    using namespace std::string_view_literals;
    static const std::array meanings = {
        std::pair{std::string_view(said::TAB_IN_INDENTATION), "indented with a tab; use spaces"sv},
        std::pair{std::string_view(said::END_OF_MAP),
                  "expected another key of this map, or its end; check the indentation"sv},
        std::pair{std::string_view(said::END_OF_MAP_FLOW), "a \"{\" has no \"}\", or a \",\" is missing"sv},
        std::pair{std::string_view(said::END_OF_SEQ_FLOW), "a \"[\" has no \"]\", or a \",\" is missing"sv},
        std::pair{std::string_view(said::END_OF_SEQ),
                  "expected another \"- \" item of this list, or its end; check the indentation"sv},
        std::pair{std::string_view(said::FLOW_END), "a \"}\" or \"]\" has no beginning"sv},
        std::pair{std::string_view(said::MAP_KEY), "a key cannot stand here; check the indentation"sv},
        std::pair{std::string_view(said::MAP_VALUE), "a \": \" cannot stand here; put the text in quotes"sv},
        std::pair{std::string_view(said::BLOCK_ENTRY), "a \"- \" cannot stand here; check the indentation"sv},
        std::pair{std::string_view(said::EOF_IN_SCALAR), "a quoted text is still open where the file ends"sv},
        std::pair{std::string_view(said::DOC_IN_SCALAR), "a quoted text has no closing quote"sv},
        std::pair{std::string_view(said::INVALID_ESCAPE),
                  "a \"\\\" in double quotes has no known meaning; use single quotes, or write \"\\\\\""sv},
        std::pair{std::string_view(said::INVALID_HEX), "expected hexadecimal digits after \"\\x\" or \"\\u\""sv},
        std::pair{std::string_view(said::INVALID_UNICODE), "the \"\\u\" in double quotes is no character"sv},
        std::pair{std::string_view(said::UNKNOWN_ANCHOR),
                  "an alias (\"*\") names nothing; put text that begins with \"*\" in quotes"sv},
        std::pair{std::string_view(said::ALIAS_NOT_FOUND), "a text begins with \"*\"; put it in quotes"sv},
        std::pair{std::string_view(said::CHAR_IN_ALIAS), "a text begins with \"*\"; put it in quotes"sv},
        std::pair{std::string_view(said::ANCHOR_NOT_FOUND), "a text begins with \"&\"; put it in quotes"sv},
        std::pair{std::string_view(said::CHAR_IN_ANCHOR), "a text begins with \"&\"; put it in quotes"sv},
        std::pair{std::string_view(said::CHAR_IN_TAG_HANDLE), "a text begins with \"!\"; put it in quotes"sv},
        std::pair{std::string_view(said::CHAR_IN_BLOCK),
                  "expected the block text on the next line, after \"|\" or \">\""sv},
        std::pair{std::string_view(said::UNKNOWN_TOKEN),
                  "a text begins with a character that has a meaning in YAML; put it in quotes"sv},
    };
    for (const auto& [vendor, meaning] : meanings) {
        if (message.starts_with(vendor)) return "not valid YAML: " + std::string(meaning);
    }
    return "not valid YAML; check quotes and indentation here and on the line before";
}

} // namespace probehost
