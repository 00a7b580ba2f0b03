#include "app/workstation/screens/screen_scale.h"

#include "app/workstation/look/settings_keys.h"

#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QScreen>
#include <QVBoxLayout>
#include <cmath>

namespace mama {
namespace {

constexpr int lineLength = 400; // logical pixels: about 10 cm

QString keyOf(const QScreen& screen)
{
    const double unit = screen.devicePixelRatio();
    QString name = screenName(screen) + QStringLiteral(" %1x%2")
                                            .arg(std::lround(screen.size().width() * unit))
                                            .arg(std::lround(screen.size().height() * unit));
    name.replace(QLatin1Char('/'), QLatin1Char(' ')).replace(QLatin1Char('\\'), QLatin1Char(' '));
    return settings_keys::screenScale(name.simplified());
}

// Between the outer edges of two ticks, in whole device pixels.
class MeasuredLine : public QWidget
{
public:
    using QWidget::QWidget;
    int pixels() const { return static_cast<int>(std::lround(lineLength * devicePixelRatioF())); }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        const double unit = devicePixelRatioF();
        painter.scale(1 / unit, 1 / unit);
        const int left = (static_cast<int>(std::lround(width() * unit)) - pixels()) / 2,
                  high = static_cast<int>(std::lround(height() * unit));
        const QColor ink = palette().color(QPalette::WindowText);
        painter.fillRect(left, high / 2, pixels(), 1, ink);
        painter.fillRect(left, 0, 1, high, ink);
        painter.fillRect(left + pixels() - 1, 0, 1, high, ink);
    }
};

} // namespace

QString screenName(const QScreen& screen)
{
    const QString maker =
        (screen.manufacturer() + QLatin1Char(' ') + screen.model() + QLatin1Char(' ') + screen.serialNumber())
            .simplified();
    return maker.isEmpty() ? screen.name() : maker;
}

bool plausibleScale(double pixelsPerMm) { return pixelsPerMm >= 1 && pixelsPerMm <= 20; }

std::optional<double> measuredScale(const QSettings& settings, const QScreen& screen)
{
    bool number = false;
    const double scale = settings.value(keyOf(screen)).toDouble(&number);
    return number && plausibleScale(scale) ? std::optional(scale) : std::nullopt;
}

void keepScale(QSettings& settings, const QScreen& screen, double pixelsPerMm)
{
    settings.setValue(keyOf(screen), pixelsPerMm);
}

ScreenDialog::ScreenDialog(const QScreen& screen, QWidget* parent)
    : QDialog(parent), m_line(new MeasuredLine(this)), m_length(new QDoubleSpinBox(this)), m_result(new QLabel(this)),
      m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this))
{
    setObjectName(QStringLiteral("screen.measure"));
    setWindowTitle(tr("Measure the screen %1").arg(screenName(screen)));
    auto* what = new QLabel(tr("Lay a ruler on the screen along this line and type its length between the outer edges "
                               "of the two ticks. True size then shows a millimetre of breast as a millimetre on this "
                               "screen, at this resolution."),
                            this);
    what->setWordWrap(true);
    m_line->setFixedSize(lineLength + 24, 40);
    m_length->setAccessibleName(tr("Length of the line"));
    m_length->setRange(0, 1000);
    m_length->setDecimals(1);
    m_length->setSuffix(tr(" mm"));
    m_length->setSpecialValueText(tr("not measured"));
    m_result->setWordWrap(true);
    auto* label = new QLabel(tr("&Length of the line"), this);
    label->setBuddy(m_length);
    auto* row = new QHBoxLayout;
    row->addWidget(label);
    row->addWidget(m_length);
    row->addStretch(1);
    auto* column = new QVBoxLayout(this);
    column->addWidget(what);
    column->addWidget(m_line, 0, Qt::AlignHCenter);
    column->addLayout(row);
    column->addWidget(m_result);
    column->addWidget(m_buttons);
    connect(m_length, &QDoubleSpinBox::valueChanged, this, &ScreenDialog::check);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    check();
    m_length->setFocus();
}

int ScreenDialog::linePixels() const { return static_cast<MeasuredLine*>(m_line)->pixels(); }

double ScreenDialog::pixelsPerMm() const { return m_length->value() > 0 ? linePixels() / m_length->value() : 0; }

void ScreenDialog::check()
{
    const double scale = pixelsPerMm();
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(plausibleScale(scale));
    constexpr double mmPerInch = 25.4;
    m_result->setText(scale == 0 ? tr("The line is %1 pixels long.").arg(linePixels())
                      : plausibleScale(scale)
                          ? tr("A pixel is %1 mm wide: %2 pixels an inch.")
                                .arg(1 / scale, 0, 'f', 4)
                                .arg(scale * mmPerInch, 0, 'f', 1)
                          : tr("A pixel would be %1 mm wide: no screen is like that. Measure the line in millimetres.")
                                .arg(1 / scale, 0, 'g', 3));
}

} // namespace mama
