// VitePress's own theme without its web fonts, in the colours of the dashboard.

import DefaultTheme from 'vitepress/theme-without-fonts';
import './colours.css';

export default DefaultTheme;
