#include "core/base/error.h"
#include "core/display/gsdf.h"
#include "tests/support/test_data.h"

#include <cmath>

using namespace mama;

namespace {

// Slope of driving levels is never down.
bool grows(const std::vector<float>& table)
{
    for (std::size_t i = 1; i < table.size(); ++i)
        if (table[i] < table[i - 1])
            return false;
    return true;
}

std::string whyNot(const Screen& screen)
{
    try {
        screen.check();
    } catch (const Error& error) {
        return error.what();
    }
    return "accepted";
}

} // namespace

class TestGsdf : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // PS3.14 Table B-1: the ends as printed. The function is a fit of the table: "the relative deviation of any
    // log(Luminance)-value is at most 0.3 %".
    void luminanceIsTheStandards()
    {
        QVERIFY(std::abs(gsdfLuminance(1) - 0.0500) < 0.00005);
        QVERIFY(std::abs(std::log10(gsdfLuminance(1023)) / std::log10(3993.4040) - 1) < 0.003);
        QVERIFY(std::abs(gsdfLuminance(1023) - 3993.4040) < 0.1);
        // Another implementation: colour-science 0.3.11, eotf_DICOMGSDF(512).
        QVERIFY(std::abs(gsdfLuminance(512) - 130.0652840) < 1e-6);
        // PS3.14 D.2: a transparency's least luminance of 12.0 cd/m² has the index 233.32.
        QVERIFY(std::abs(gsdfIndex(12.0) - 233.32) < 0.05);
        for (int index = 2; index <= 1023; ++index)
            QVERIFY(gsdfLuminance(index) > gsdfLuminance(index - 1));
    }

    // PS3.14's own inverse formula, which it calls near: within half an index.
    void theInverseIsTheInverse()
    {
        const double factor[] = {71.498068,  94.593053,   41.912053,  9.8247004,   0.28175407,
                                 -1.1878455, -0.18014349, 0.14710899, -0.017046845};
        for (int index = 1; index <= 1023; ++index) {
            const double luminance = gsdfLuminance(index);
            QVERIFY(std::abs(gsdfIndex(luminance) - index) < 1e-6);
            double near = 0;
            for (int power = 8; power >= 0; --power)
                near = near * std::log10(luminance) + factor[power];
            QVERIFY(std::abs(near - index) < 0.5);
        }
    }

    // What the table is for: equal steps of grey are equal steps of index on the described screen.
    void equalStepsLookAlike()
    {
        const Screen screen{0.8, 420, 0.6, 2.4};
        const auto table = gsdfTable(screen, 1024);
        QCOMPARE(table.size(), std::size_t{1024});
        QCOMPARE(table.front(), 0.0F);
        QVERIFY(std::abs(table.back() - 1) < 1e-6);
        QVERIFY(grows(table));
        const double low = gsdfIndex(0.8 + 0.6), high = gsdfIndex(420 + 0.6);
        for (std::size_t i = 0; i < table.size(); ++i) {
            const double seen = 0.6 + 0.8 + (420 - 0.8) * std::pow(static_cast<double>(table[i]), 2.4);
            const double wanted = low + (high - low) * static_cast<double>(i) / 1023;
            QVERIFY2(std::abs(gsdfIndex(seen) - wanted) < 0.05, qPrintable(QString::number(i)));
        }
    }

    void screensThatCannotBeAreRefused()
    {
        QCOMPARE(whyNot({}), std::string("accepted"));
        for (const Screen& wrong : {Screen{400, 0.5}, Screen{-1, 400}, Screen{0, 400}, Screen{0.5, 5000},
                                    Screen{0.5, 400, -2}, Screen{std::nan(""), 400}, Screen{0.5, 400, 0, 0.2}})
            QVERIFY(whyNot(wrong) != "accepted");
        QCOMPARE(whyNot({0, 400, 0.1}), std::string("accepted")); // the room's light is what the eye sees of black
        QVERIFY_THROWS_EXCEPTION(Error, gsdfTable({400, 1}, 256));
    }
};

QTEST_GUILESS_MAIN(TestGsdf)
#include "test_gsdf.moc"
