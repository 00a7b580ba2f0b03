#include "app/workstation/look/theme.h"

#include "widgets/look/tone.h"

#include <QApplication>
#include <QPainter>
#include <QPalette>
#include <QProxyStyle>
#include <QStyleFactory>
#include <QStyleOption>
#include <algorithm>

namespace mama {
namespace {

struct Colours
{
    QColor window, base, alternate, text, dim, button, highlight, highlightedText, link;
};

// Contrast of text on window and base is above 7:1 in both (WCAG AAA), of dim text above 4.5:1.
const Colours dark{QColor(0x20, 0x22, 0x25), QColor(0x17, 0x19, 0x1b), QColor(0x1e, 0x20, 0x23),
                   QColor(0xe8, 0xea, 0xed), QColor(0x9a, 0xa0, 0xa6), QColor(0x2d, 0x30, 0x34),
                   QColor(0x2f, 0x6f, 0xb5), QColor(0xff, 0xff, 0xff), QColor(0x7a, 0xb8, 0xff)};
const Colours light{QColor(0xf3, 0xf4, 0xf6), QColor(0xff, 0xff, 0xff), QColor(0xf7, 0xf8, 0xfa),
                    QColor(0x1b, 0x1d, 0x20), QColor(0x5f, 0x63, 0x68), QColor(0xe6, 0xe8, 0xeb),
                    QColor(0x1f, 0x62, 0xa8), QColor(0xff, 0xff, 0xff), QColor(0x0b, 0x57, 0xa4)};

QPalette palette(const Colours& c)
{
    QPalette p;
    p.setColor(QPalette::Window, c.window);
    p.setColor(QPalette::WindowText, c.text);
    p.setColor(QPalette::Base, c.base);
    p.setColor(QPalette::AlternateBase, c.alternate);
    p.setColor(QPalette::Text, c.text);
    p.setColor(QPalette::PlaceholderText, c.dim);
    p.setColor(QPalette::Button, c.button);
    p.setColor(QPalette::ButtonText, c.text);
    p.setColor(QPalette::BrightText, QColor(Qt::white));
    p.setColor(QPalette::ToolTipBase, c.button);
    p.setColor(QPalette::ToolTipText, c.text);
    p.setColor(QPalette::Highlight, c.highlight);
    p.setColor(QPalette::HighlightedText, c.highlightedText);
    p.setColor(QPalette::Link, c.link);
    p.setColor(QPalette::LinkVisited, c.link);
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, c.dim);
    return p;
}

// Fusion outlines its boxes and fields darker than the window, so that an empty one cannot be seen on a dark ground;
// and it cuts what does not fit in a closed list within a letter, as if that were all. Its arrows above a table point
// up where values fall.
class OutlinedStyle : public QProxyStyle
{
public:
    OutlinedStyle() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}
    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const override
    {
        if (const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option);
            element == PE_IndicatorHeaderArrow && header)
            return drawSortArrow(*header, painter, widget);
        QProxyStyle::drawPrimitive(element, option, painter, widget);
        const bool field = element == PE_FrameLineEdit && !option->state.testFlag(State_HasFocus);
        const bool round = element == PE_IndicatorRadioButton;
        if (element != PE_IndicatorCheckBox && element != PE_IndicatorItemViewItemCheck && !field && !round)
            return;
        if (!isDark(option->palette))
            return;
        QColor line = option->palette.color(QPalette::PlaceholderText);
        if (field) // there are many of them
            line = line.darker(150);
        painter->save();
        painter->setBrush(Qt::NoBrush);
        painter->setPen(line);
        if (field)
            painter->drawRoundedRect(option->rect.adjusted(0, 0, -1, -1), 2, 2);
        else if (round)
            drawRing(*painter, option->rect);
        else
            painter->drawRect(option->rect.adjusted(1, 1, -2, -2));
        painter->restore();
    }
    // With room for the text as it is drawn.
    QSize sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                           const QWidget* widget) const override
    {
        const QSize made = QProxyStyle::sizeFromContents(type, option, size, widget);
        return type == CT_ComboBox ? made + QSize(2 * edge, 0) : made;
    }
    int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                  QStyleHintReturn* more) const override
    {
        // The buttons of a dialog are words, whoever made them.
        return hint == SH_DialogButtonBox_ButtonsHaveIcons ? 0 : QProxyStyle::styleHint(hint, option, widget, more);
    }
    void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override
    {
        const auto* box = qstyleoption_cast<const QStyleOptionComboBox*>(option);
        if (element != CE_ComboBoxLabel || !box)
            return QProxyStyle::drawControl(element, option, painter, widget);
        QStyleOptionComboBox whole(*box);
        const QRect field = subControlRect(CC_ComboBox, box, SC_ComboBoxEditField, widget);
        const int icon = box->currentIcon.isNull() ? 0 : box->iconSize.width() + 4;
        whole.currentText =
            box->fontMetrics.elidedText(box->currentText, Qt::ElideRight, field.width() - icon - 2 * edge);
        QProxyStyle::drawControl(element, &whole, painter, widget);
    }

private:
    static constexpr int edge = 2; // left free at both sides of a list's text

    // Up where values rise, as elsewhere.
    void drawSortArrow(QStyleOptionHeader header, QPainter* painter, const QWidget* widget) const
    {
        if (header.sortIndicator != QStyleOptionHeader::None)
            header.sortIndicator = header.sortIndicator == QStyleOptionHeader::SortUp ? QStyleOptionHeader::SortDown
                                                                                      : QStyleOptionHeader::SortUp;
        QProxyStyle::drawPrimitive(PE_IndicatorHeaderArrow, &header, painter, widget);
    }
    static void drawRing(QPainter& painter, const QRect& area)
    {
        const double across = std::min(area.width(), area.height()) - 2;
        painter.setRenderHint(QPainter::Antialiasing);
        painter.drawEllipse(QRectF(area).center(), across / 2, across / 2);
    }
};

// Lightness of the desktop's own window colour, read before our palette replaces it.
bool desktopIsLight(const QApplication& application)
{
    static const bool isLight = !isDark(application.palette()) && qEnvironmentVariableIsSet("XDG_CURRENT_DESKTOP");
    return isLight;
}

} // namespace

bool isDark(Theme theme) { return theme == Theme::Dark || (theme == Theme::System && !desktopIsLight(*qApp)); }

void applyTheme(QApplication& application, Theme theme)
{
    const bool useDark = isDark(theme);
    application.setStyle(new OutlinedStyle);
    application.setPalette(palette(useDark ? dark : light));
}

Theme themeFromName(const QString& name)
{
    return name == QLatin1String("dark") ? Theme::Dark : name == QLatin1String("light") ? Theme::Light : Theme::System;
}

QString nameOf(Theme theme)
{
    return theme == Theme::Dark    ? QStringLiteral("dark")
           : theme == Theme::Light ? QStringLiteral("light")
                                   : QStringLiteral("system");
}

} // namespace mama
