#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

// What goes with every score of the engine and of the command line.
namespace mama::protocol {

// Where a result comes from: the model, how the image was prepared and the text read, on what it was computed.
struct Provenance
{
    std::string model, hash, kind, trainedOn, licence, modelNotice, compat, profile;
    int profileVersion = 1;
    std::string pooling, prefix;
    bool raw = false;
    std::string precision, device, fusion, notice;
    std::optional<std::string> mapWay = {}; // of maps, where the model has several ways
    // What was taken off each map ("reference", "neutral", "sentence"), and which; empty: nothing.
    std::optional<std::string> mapMinus = {}, mapMinusText = {};

    nlohmann::json toJson() const;
    bool operator==(const Provenance&) const = default;
};

// The rule from images to breasts and study: its name, and in words what it does.
struct Fusion
{
    std::string rule, views, study;

    bool operator==(const Fusion&) const = default;
};

} // namespace mama::protocol
