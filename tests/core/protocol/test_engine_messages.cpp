// Every message of the engine: written and read back the same, and refused by a field's name where its type is wrong.
#include "core/protocol/classify_reply.h"
#include "core/protocol/engine_requests.h"
#include "core/protocol/query_reply.h"
#include "tests/core/protocol/engine_samples.h"
#include "tests/support/test_data.h"

#include <cmath>
#include <functional>
#include <limits>
#include <utility>

using namespace mama;
using namespace mama::protocol;
using nlohmann::json;

namespace {

// Reads and writes the message again. Throws what fromJson throws.
using Again = std::function<json(const json&)>;

struct Sample
{
    std::string name;
    json written;
    Again again;
};

template <class Message>
Sample sample(const std::string& name, const Message& message)
{
    return {name, message.toJson(), [](const json& from) { return Message::fromJson(from).toJson(); }};
}

std::vector<Sample> samples()
{
    using namespace test;
    return {sample("hello", helloRequest()),
            sample("models", modelsRequest()),
            sample("load", loadRequest()),
            sample("encode images", imagesRequest()),
            sample("encode paths", pathsRequest()),
            sample("query", queryRequest()),
            sample("classify prompts", promptsRequest()),
            sample("classify task", taskRequest()),
            sample("prepare", prepareRequest()),
            sample("text vectors", textVectorsRequest()),
            sample("release", ReleaseRequest{"1"}),
            sample("cancel", CancelRequest{7}),
            sample("hello reply", helloReply()),
            sample("models reply", modelsReply()),
            sample("load reply", LoadReply{modelReply()}),
            sample("encode reply", encodeReply()),
            sample("query reply", queryReply()),
            sample("text vectors reply", textVectorsReply()),
            sample("classify reply", classifyReply()),
            sample("prepare reply", prepareReply()),
            sample("cache reply", cacheReply()),
            sample("cancel reply", CancelReply{true}),
            sample("progress", Progress{7, 1, 4, "encode images"}),
            sample("failure", Failure{-32010, "io", "open", "/x/a.dcm", "No such file"})};
}

template <class Message>
bool comesBack(const Message& message)
{
    // Through text, as it travels.
    return Message::fromJson(json::parse(message.toJson().dump())) == message;
}

json wrongTypeOf(const json& value)
{
    return value.is_string() || value.is_array() || value.is_object() ? json(17.5) : json::object();
}

// Calls check(document with one wrong field, the field's path) for every field below `value`.
void everyFieldWrong(json& document, json& value, const std::string& before,
                     const std::function<void(const json&, const std::string&)>& check)
{
    if (value.is_array())
        for (std::size_t i = 0; i < value.size(); ++i)
            everyFieldWrong(document, value[i], before + "[" + std::to_string(i) + "]", check);
    if (!value.is_object())
        return;
    for (auto& [key, inner] : value.items()) {
        const std::string path = before.empty() ? key : before + "." + key;
        if (key == "geometry" || inner.is_null())
            continue;
        everyFieldWrong(document, inner, path, check);
        const json right = std::exchange(inner, wrongTypeOf(inner));
        check(document, path);
        inner = right;
    }
}

} // namespace

class TestEngineMessages : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyMessageComesBack()
    {
        using namespace test;
        QVERIFY(comesBack(helloRequest()));
        QVERIFY(comesBack(modelsRequest()));
        QVERIFY(comesBack(loadRequest()));
        QVERIFY(comesBack(LoadRequest{"m", {}, {}, {}}));
        QVERIFY(comesBack(imagesRequest()));
        QVERIFY(comesBack(pathsRequest()));
        QVERIFY(comesBack(queryRequest()));
        QVERIFY(comesBack(promptsRequest()));
        QVERIFY(comesBack(taskRequest()));
        ClassifyRequest ofProbe;
        ofProbe.study = "1";
        QVERIFY(comesBack(ofProbe));
        QVERIFY(comesBack(prepareRequest()));
        QVERIFY(comesBack(PrepareRequest{"a.png", 0, "", {}, {}}));
        QVERIFY(comesBack(ReleaseRequest{"1"}));
        QVERIFY(comesBack(CancelRequest{7}));
        QVERIFY(comesBack(CancelRequest{"seven"}));
        QVERIFY(comesBack(helloReply()));
        QVERIFY(comesBack(modelsReply()));
        QVERIFY(comesBack(LoadReply{modelReply()}));
        QVERIFY(comesBack(encodeReply()));
        QVERIFY(comesBack(EncodeReply{"1", {}, {}, {}}));
        QVERIFY(comesBack(queryReply()));
        QVERIFY(comesBack(classifyReply()));
        QVERIFY(comesBack(prepareReply()));
        QVERIFY(comesBack(cacheReply()));
        QVERIFY(comesBack(CancelReply{true}));
        QVERIFY(comesBack(Progress{7, 1, 4, "encode images"}));
        QVERIFY(comesBack(Failure{-32010, "io", "open", "/x/a.dcm", "No such file"}));
        QVERIFY(comesBack(failureOf(Error(ErrorCode::Io, {TextId("sample.open", "open")}, "/x/a.dcm",
                                          {TextId("sample.why", "no such file")}))));
    }

    void numbersThatAreNotFiniteAreNull()
    {
        QueryReply reply = test::queryReply();
        reply.study.scores = {std::numeric_limits<double>::quiet_NaN()};
        reply.texts[0].unnegated->study = std::numeric_limits<double>::quiet_NaN();
        const json travelled = json::parse(reply.toJson().dump());
        QVERIFY(travelled.at("study").at("scores").at(0).is_null());
        const QueryReply read = QueryReply::fromJson(travelled);
        QVERIFY(std::isnan(read.study.scores.at(0)) && std::isnan(read.texts[0].unnegated->study));
    }

    // A map's NaN (not seen) travels in its bytes. 0x7fc00000 is IEEE 754's quiet NaN: base64 of 00 00 c0 7f.
    void mapsTravelAsFloats()
    {
        QueryReply reply = test::queryReply();
        reply.images[0].maps = {{0, 0, 1, 1, {std::numeric_limits<float>::quiet_NaN()}, std::nullopt}};
        const json written = reply.toJson();
        QCOMPARE(written.at("images").at(0).at("maps").at(0).at("data").get<std::string>(), std::string("AADAfw=="));
        QVERIFY(std::isnan(QueryReply::fromJson(written).images[0].maps->at(0).values.at(0)));
        json broken = written;
        for (const char* data : {"AADAfw=", "AADA", "####", "AADAfwAAwH8="}) {
            broken["images"][0]["maps"][0]["data"] = data;
            QVERIFY_EXCEPTION_THROWN(QueryReply::fromJson(broken), Error);
        }
    }

    void wrongTypesAreRefusedByName()
    {
        for (const Sample& each : samples()) {
            json document = each.written;
            everyFieldWrong(document, document, {}, [&](const json& wrong, const std::string& path) {
                std::string said = "nothing";
                try {
                    each.again(wrong);
                } catch (const Error& error) {
                    said = error.where();
                }
                // The texts of a class are the fault of all prompts, which may also be written as an object.
                const bool ofClass = path.starts_with("prompts[") && path.ends_with("].prompts");
                const std::string expected = ofClass ? "prompts" : path;
                QVERIFY2(said == expected, (each.name + ": " + path + ": " + said).c_str());
            });
        }
    }
};

QTEST_GUILESS_MAIN(TestEngineMessages)
#include "test_engine_messages.moc"
